import pytest

from synpose.adaptation.job_card import write_readme


@pytest.mark.parametrize(
    ('config', 'checkpoint', 'command'),
    [
        ('a.py', 'b.pth', 'adapt.py a.py b.pth --out'),
        ('a.py', None, 'adapt.py a.py --out'),
        (None, None, 'adapt.py CONFIG'),
    ],
)
@pytest.mark.parametrize(('suffix', 'format_'), [('.png', 'lossless'), ('.jpg', 'JPEG, quality 80')])
def test_what_a_reader_needs(config, checkpoint, command, suffix, format_):
    text = write_readme(
        {
            'job': {'type': 'TranslatedDatasetWriter', 'domain': 'stylized', 'suffix': suffix, 'quality': 80},
            'model': {'type': 'Net'},
            'versions': {'synpose': '1.2'},
            'provenance': {'config': config, 'checkpoint': checkpoint, 'data_root': 'data/old'},
            'counts': {'val': {'images': 3, 'people': 9, 'skipped_images': 1, 'skipped_people': 2}},
        }
    )
    assert text.startswith('# Stylized pictures of `data/old`\n')
    assert '| val | 3 | 9 | 1 | 2 |' in text
    assert command in text
    assert format_ in text
    assert ('with the weights of `b.pth`' in text) == (checkpoint is not None)
