"""What two versions of a contract differ in, place by place, and how that is told."""
