"""What the methods that fill holes share."""
