"""The way of a package from HTTP bytes to its acknowledgement: one small module a step, their order in `pipeline`."""
