"""How a detector's boxes differ from people's, by the pose of the person: RMPE's pose-guided proposals."""

from .atomic_poses import align_poses, nearest_poses
from .fitted import AtomicPose, FittedProposals
from .mixture import GaussianMixture, fit_mixture

__all__ = ['AtomicPose', 'FittedProposals', 'GaussianMixture', 'align_poses', 'fit_mixture', 'nearest_poses']
