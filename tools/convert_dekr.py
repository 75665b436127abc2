"""Convert a checkpoint of DEKR's authors for MMPose's DEKRHead and for CrowdDEKRHead.

Example:
    python tools/convert_dekr.py pose_dekr_hrnetw32_coco.pth --out checkpoints/dekr_w32_coco.pth
"""

import argparse
import sys
from pickle import UnpicklingError

import torch

from synpose.files import atomic_path
from synpose.models.official_dekr import convert_official_dekr


def main() -> int:
    """Read, convert and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', help='the published file, or a training checkpoint of the published code')
    parser.add_argument('--out', required=True, help='file to write; load_from=... of a config reads it')
    args = parser.parse_args()
    try:
        state = convert_official_dekr(torch.load(args.checkpoint, map_location='cpu', weights_only=True))
    except (FileNotFoundError, UnpicklingError, ValueError, AttributeError) as error:
        print(f'error: {args.checkpoint}: {error}', file=sys.stderr)
        return 1
    with atomic_path(args.out) as temporary:
        torch.save({'state_dict': state, 'meta': {}}, temporary)
    joints = len(state['head.heatmap_conv_layers.2.bias']) - 1
    print(f'{len(state)} tensors, {joints} joints, written to {args.out}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
