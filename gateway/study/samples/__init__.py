"""Documents made from a schema: samples for people, and the thousands that a proof needs."""
