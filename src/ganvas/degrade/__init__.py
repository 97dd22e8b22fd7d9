"""What makes a bad photo of a good one: settings, and a function of a clean image and a seeded generator."""
