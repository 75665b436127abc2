"""Files for pose benchmarks: written as their servers take them, read back, checked and scored."""

from .benchmarks import BENCHMARKS, Benchmark
from .checks import check_submission

__all__ = ['BENCHMARKS', 'Benchmark', 'check_submission']
