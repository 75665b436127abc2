"""Where the 68 points of the face lie on the mesh of anny's default rig and topology.

The order is that of 300W (iBUG) and so of COCO-WholeBody: jaw line from the right ear to the left one, right brow from
its outer end, left brow to its outer end, bridge of the nose downwards, its base, right eye clockwise from its outer
corner, left eye from its inner one, outer lips clockwise from the right corner, inner lips likewise.

How each was chosen, on the mean body seen from the front (x to its right, z up):

- jaw: vertices where the face turns away from the viewer (normals 10 to 30 degrees ahead of the outline), at about
  equal turns around the face's middle, from the height of the eyes just ahead of the ears to
  :meth:`AnnyBody.chin_vertex`;
- brows: along the middle of the brows that people get, whose ends and top fall between vertices: the means of two;
- nose: the midline at the height of the eyes, the tip (the vertex furthest ahead), two at equal steps between; below,
  the deepest point under the septum, where the wings meet the lip, and under the middles of the nostrils;
- eyes: the lids' outer edges, at the corners and at thirds of the width;
- lips: the border of the lips that people get, at the corners, Cupid's bow and below, and the edges that meet where the
  mouth is closed.

Vertices of the left are the mirror images of those of the right: the mean mesh is symmetric to .01 mm.
"""

NUM_VERTICES = 13718
"""Vertices of the topology that the numbers below belong to."""

FACE_VERTICES: tuple[tuple[int, ...], ...] = (
    # jaw, from the right ear over the chin to the left ear
    *((5753,), (5747,), (5082,), (5226,), (5224,), (915,), (5279,), (5277,), (5209,)),
    *((11867,), (11869,), (7601,), (11817,), (11819,), (11681,), (12328,), (12334,)),
    # brows
    *((262, 225), (224,), (222, 223), (233,), (228, 235)),
    *((6985, 6991), (6990,), (6980, 6981), (6982,), (7015, 6983)),
    # nose: bridge, base
    *((132,), (131,), (201,), (5038,)),
    *((358,), (359,), (343,), (7104,), (7103,)),
    # eyes
    *((21,), (0,), (54,), (4853,), (47,), (41,)),
    *((11455,), (6822,), (6768,), (6789,), (6809,), (6815,)),
    # lips: outer, inner
    *((422,), (5348,), (356,), (362,), (7101,), (11934,), (7166,)),
    *((7222,), (7228,), (495,), (489,), (483,)),
    *((3691,), (515,), (520,), (7246,), (10343,), (7249,), (523,), (518,)),
)
"""The vertices whose mean each of the 68 points is."""
