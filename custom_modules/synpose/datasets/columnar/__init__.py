"""A columnar, memory-mapped copy of a COCO-style annotation file, one Arrow IPC file beside the json.

Each row is an image with its people as a list of structs, so that other Arrow readers can open the file too. Numbers
keep their type (1 stays an int, 1.0 a float); fields without a column type of their own are kept as JSON text.
"""

from .store import AnnotationStore, open_store

__all__ = ['AnnotationStore', 'open_store']
