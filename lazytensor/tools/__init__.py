"""What looks at the work and steers it: explain, visualize, waiting, caches."""
