"""Many articles in partitions, read by one process or by the workers of a cluster."""
