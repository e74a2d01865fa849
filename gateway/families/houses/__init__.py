"""Houses and what stands in them: entrances, premises, rooms, blocks, lifts (protocol §8.1).

An import goes one way: `request` (what is asked) → `plan` (beside what the registry holds) → `judge` (which of it the
`controls` and the numbers allow) → `changes` (into the registry) → one outcome per TransportGUID. Three operations of
three roles share that way; `exporting` gives the house back in the contract's words.
"""
