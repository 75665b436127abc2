"""Studies: configs x seeds with one budget, run where something is missing, told in one table with spread."""

from .reading import read_study
from .run import StudyRun
from .study import Study

__all__ = ['Study', 'StudyRun', 'read_study']
