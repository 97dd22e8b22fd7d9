"""What ganvas does, for Python and for the command line: upscale, denoise, train, evaluate, load, models, info."""
