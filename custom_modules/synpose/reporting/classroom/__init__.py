"""What the students on photos and videos of a classroom do: poses, behaviors and where they look."""

from .analysis import AnalysisSummary, analyze_classroom
from .classifier import BehaviorClassifier

__all__ = ['AnalysisSummary', 'BehaviorClassifier', 'analyze_classroom']
