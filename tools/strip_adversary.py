"""Make a checkpoint of domain-adversarial training one of the pose estimator alone, for MMPose without synpose.

Example:
    python tools/strip_adversary.py work_dirs/NAME/epoch_25.pth --out checkpoints/NAME.pth
"""

import argparse
import sys
from pickle import UnpicklingError

import torch

from synpose.files import atomic_path
from synpose.models.adversaries.stripping import strip_adversary


def main() -> int:
    """Read, strip and write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', help='checkpoint of a DomainAdversarialPoseEstimator, from a source you trust')
    parser.add_argument('--out', required=True, help='file to write; the config of the estimator alone reads it')
    args = parser.parse_args()
    try:
        # MMEngine's checkpoints hold more than tensors: the history of the log.
        stripped = strip_adversary(torch.load(args.checkpoint, map_location='cpu', weights_only=False))
    except (EOFError, OSError, RuntimeError, UnpicklingError, ValueError) as error:  # as damaged files raise
        print(f'error: {args.checkpoint}: {error}', file=sys.stderr)
        return 1
    with atomic_path(args.out) as temporary:
        torch.save(stripped, temporary)
    print(f'{len(stripped["state_dict"])} tensors written to {args.out}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
