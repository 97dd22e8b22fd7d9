"""Networks that fill holes: convolutions that know of them, the generator, and its judges."""
