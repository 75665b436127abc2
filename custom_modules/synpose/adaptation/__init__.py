"""ADAPT: the pure parts of jobs that turn one dataset folder into another; the jobs themselves are test loops."""
