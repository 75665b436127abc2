import pytest

from synpose.compat.coco_api import COCO


def labels() -> dict:
    """Three people, of 10, 20 and 30 px^2, in two images; none says whether it is a crowd."""
    people = [
        {'id': i, 'image_id': img, 'category_id': 1, 'area': 10 * (i + 1), 'keypoints': [i, 0, 2, i, 1, 2, i, 2, 1]}
        for i, img in enumerate((0, 0, 'last'))
    ]
    return {
        'images': [{'id': 0}, {'id': 'last'}],
        'annotations': people,
        'categories': [{'id': 1, 'name': 'person'}, {'id': 2, 'name': 'son'}],
    }


def test_strings_are_single_values():
    coco = COCO(ann_data=labels())
    assert coco.getAnnIds(imgIds='last') == [2]
    assert coco.getCatIds(catNms='person') == [1]
    assert set(coco.getImgIds(catIds=1)) == {0, 'last'}


def test_missing_iscrowd_is_no_crowd():
    coco = COCO(ann_data=labels())
    assert coco.getAnnIds(iscrowd=False) == [0, 1, 2]


def test_area_range_includes_its_lower_end_only():
    assert COCO(ann_data=labels()).getAnnIds(areaRng=[10, 30]) == [0, 1]


def test_joints_can_be_selected():
    coco = COCO(ann_data=labels(), test_index=[0, 2])
    coco.createIndex()
    assert coco.anns[1]['keypoints'] == [1, 0, 2, 1, 2, 1]


@pytest.mark.parametrize(
    ('result', 'area'),
    [
        ({'keypoints': [1, 2, 0.5, 4, 6, 0.5]}, 12),
        ({'bbox': [1, 2, 3, 5], 'keypoints': [1, 2, 0.5, 4, 6, 0.5]}, 15),
    ],
)
def test_results_get_id_and_area(result, area):
    coco = COCO(ann_data=labels())
    found = coco.loadRes([{'image_id': 'last', 'category_id': 1, 'score': 0.5, **result} for _ in range(2)])
    assert isinstance(found, COCO)
    assert [(ann['id'], ann['area'], ann['iscrowd']) for ann in found.imgToAnns['last']] == [
        (1, area, False),
        (2, area, False),
    ]


def test_results_may_be_empty_or_given():
    coco = COCO(ann_data=labels())
    assert coco.loadRes([]).getAnnIds() == []
    results = [{'image_id': 0, 'category_id': 1, 'keypoints': [1, 2, 1]}]
    assert coco.loadRes('unread.json', resData=results).getAnnIds() == [1]
    assert len(coco.anno_file) == 2


def test_bad_input_is_named(tmp_path):
    path = tmp_path / 'cut.json'
    path.write_text('{"images": [')
    coco = COCO(ann_data=labels())
    for read in (COCO, coco.loadRes):
        with pytest.raises(ValueError, match=r'cut\.json: not (valid json|a json file of annotations)'):
            read(str(path))
        with pytest.raises(FileNotFoundError, match=r'none\.json'):
            read(str(tmp_path / 'none.json'))
    path.write_text('[]')
    with pytest.raises(ValueError, match=r'cut\.json: not a json file of annotations'):
        COCO(str(path))
    path.write_text('{}')
    with pytest.raises(ValueError, match=r'cut\.json: expected a list of results, got dict'):
        coco.loadRes(str(path))
    with pytest.raises(ValueError, match='results: result 0 has image_id 5, which no image here has'):
        coco.loadRes([{'image_id': 5}])
