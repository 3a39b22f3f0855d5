"""Heavy and long checks, run by `make benchmark`. Figures go to docs/benchmarks.md by hand."""
