"""Messages that show what the gateway accepts and refuses: bare request elements, each with its expected outcome.

`valid/<family>/NAME.xml` has `NAME.expected.json`: the operation, the role of the sender, the messages that come
before, and how many objects are accepted, or the branch that an export answers with.
`invalid/<code>/request.xml` has `expected.json`: the messages before, the code, and the TransportGUID of the object
that gets it (null: the whole message); `"basis": false` means that the organisation has no basis for the house.

GUIDs that only the gateway knows stand for themselves: where an update names the TransportGUID of an object that an
earlier message created (in PremisesGUID, EntranceGUID, LivingRoomGUID, BlockGUID, LiftGUID), whoever plays the sample
puts there the GUID that the gateway gave to that object. Dictionary GUIDs are made from `urn:hcs-gateway:nsi:<registry
number>:<code>` (UUID version 5, namespace URL).
"""
