"""What a picture shows of its own damage: no-reference measures, one kind per file, pure functions of an array."""
