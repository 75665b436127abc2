from pathlib import Path

import pytest

from synpose.evaluation.metrics.dataset_writer import DatasetWriter, on_main_process


class ListWriter(DatasetWriter):
    """Writes a line of text for each image: what every subclass must give, and no more."""

    def options(self):
        return {}

    def product(self, file_name):
        return self.out_root / 'lines' / f'{Path(file_name).stem}.txt'

    def write(self, file_name, sample):
        self.product(file_name).write_text(sample['line'])

    def write_annotations(self, names):
        return {'train': {'images': len(names), 'people': 0}}

    def write_description(self, manifest):
        pass


def test_what_remains_is_told_by_the_products(tmp_path):
    writer = ListWriter(str(tmp_path / 'data'), ['annotations/train.json'], str(tmp_path / 'out'))
    names = ['a.jpg', 'b.jpg', 'c.jpg', 'b.jpg', 'd.jpg']
    assert writer.remaining(names) == [0, 1, 2, 4]  # b once
    (tmp_path / 'out' / 'lines').mkdir(parents=True)
    for stem, text in (('a', 'done'), ('c', '')):  # an empty file is what a power failure leaves
        (tmp_path / 'out' / 'lines' / f'{stem}.txt').write_text(text)
    assert writer.remaining(names) == [1, 2, 4]


def test_images_that_were_never_written_are_an_error(tmp_path):
    writer = ListWriter(str(tmp_path / 'data'), ['annotations/train.json'], str(tmp_path / 'out'))
    writer.remaining(['a.jpg', 'b.jpg', 'c.jpg'])
    with pytest.raises(ValueError, match=r'2 images were not written: a\.jpg, c\.jpg$'):
        writer.compute_metrics(['b.jpg'])


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'out_root': None}, 'out_root: missing'),
        ({'out_root': ''}, 'out_root: missing'),
        ({'out_root': 'data/../data'}, 'is data_root'),
        ({'ann_files': 'annotations/train.json'}, 'must be a list'),
        ({'ann_files': []}, 'must be a list'),
        ({'ann_files': ['/data/train.json']}, 'inside the dataset'),
        ({'ann_files': ['../train.json']}, 'inside the dataset'),
        ({'ann_files': ['a/train.json', 'b/train.json']}, 'different names'),
    ],
)
def test_bad_arguments(changes, message):
    arguments = {'data_root': 'data', 'ann_files': ['annotations/train.json'], 'out_root': 'out', **changes}
    with pytest.raises(ValueError, match=message):
        ListWriter(**arguments)


def test_the_main_process_alone_reports_its_error(monkeypatch):
    sent = []
    monkeypatch.setattr('synpose.evaluation.metrics.dataset_writer.broadcast_object_list', sent.append)
    assert on_main_process(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        on_main_process(lambda: 1 // 0)
    assert sent == [[7, True], [None, False]]
    monkeypatch.setattr('synpose.evaluation.metrics.dataset_writer.is_main_process', lambda: False)
    with pytest.raises(SystemExit):  # the others end without a message of their own
        on_main_process(lambda: 7)
