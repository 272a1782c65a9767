import pickle

import numpy as np
import pytest
from conftest import QUICK, make_graph

import plstm


def depths(graph: plstm.Graph) -> np.ndarray:
    depth = np.zeros(graph.dag.num_nodes)
    for tail, head in graph.dag.edges:  # ascending heads, as make_graph lists them
        depth[head] = max(depth[head], depth[tail] + 1)
    return depth


def test_a_target_for_each_graph(graphs):
    y = np.array([depths(graph).max() for graph in graphs])
    model = plstm.GraphRegressor(**QUICK).fit(graphs, y)
    assert model.predict(graphs).shape == (20,)
    assert np.isfinite(model.score(graphs, y))
    assert model.predict([]).shape == (0,)
    both = plstm.GraphRegressor(**QUICK).fit(graphs, np.column_stack([y, -y]))
    assert both.predict(graphs).shape == (20, 2)
    low, high = model.predict_interval(graphs, 0.5).T
    assert (low <= high).all()


@pytest.mark.parametrize("target", ["node", "edge"])
def test_a_target_for_each_node_or_edge(graphs, target):
    def values_of(graph):
        depth = depths(graph)
        return depth if target == "node" else depth[graph.dag.edges[:, 1]]

    y = [values_of(graph) for graph in graphs]
    model = plstm.GraphRegressor(**QUICK, target=target).fit(graphs, y)
    predicted = model.predict(graphs)
    assert [len(part) for part in predicted] == [len(part) for part in y]
    assert np.isfinite(np.concatenate(predicted)).all()
    flat = plstm.GraphRegressor(**QUICK, target=target).fit(graphs, np.concatenate(y))
    assert np.array_equal(np.concatenate(flat.predict(graphs)), np.concatenate(predicted))
    assert model.score(graphs, y) == flat.score(graphs, np.concatenate(y))
    assert [part.shape for part in model.predict_interval(graphs)] == [(len(part), 2) for part in y]
    with pytest.raises(plstm.ShapeError, match="graph 1"):
        plstm.GraphRegressor(**QUICK, target=target).fit(graphs, [y[0], y[1][:-1], *y[2:]])


def test_it_learns_the_depth_of_nodes(graphs):
    y = [depths(graph) for graph in graphs]
    model = plstm.GraphRegressor(members=1, epochs=100, width=16, target="node", validation_fraction=0.0).fit(graphs, y)
    assert model.score(graphs, y) > 0.5


def test_nodes_of_one_graph_with_missing_labels():
    graph = make_graph(1, 40)
    y = depths(graph)
    y[::4] = np.nan
    model = plstm.GraphRegressor(**QUICK, target="node").fit([graph], [y])
    assert model.predict([graph])[0].shape == (40,)


def test_classes_of_graphs_and_nodes(graphs):
    y = np.where([graph.dag.num_edges > 6 for graph in graphs], "large", "small")
    model = plstm.GraphClassifier(**QUICK).fit(graphs, y)
    assert model.classes_.tolist() == ["large", "small"]
    assert model.predict_proba(graphs).shape == (20, 2)
    assert set(model.predict(graphs)) <= {"large", "small"}
    assert 0 <= model.score(graphs, y) <= 1

    of_nodes = [np.minimum(depths(graph), 2).astype(int) for graph in graphs]
    nodes = plstm.GraphClassifier(**QUICK, target="node").fit(graphs, of_nodes)
    assert nodes.classes_.tolist() == [0, 1, 2]
    assert [part.shape for part in nodes.predict_proba(graphs)] == [(len(part), 3) for part in of_nodes]
    assert [part.shape for part in nodes.predict(graphs)] == [part.shape for part in of_nodes]


def test_codes_and_features_of_edges_and_graphs_are_read():
    def graph(seed):
        random = np.random.default_rng(seed)
        dag = plstm.Dag([(0, 1), (1, 2), (0, 2)])
        return plstm.Graph(
            dag,
            node_codes=random.integers(0, 3, (3, 2)),
            edge_values=random.normal(size=(3, 1)),
            edge_codes=random.integers(0, 2, 3),
            graph_values=random.normal(size=2),
        )

    graphs = [graph(seed) for seed in range(20)]
    y = [float(g.edge_values.sum()) for g in graphs]
    model = plstm.GraphRegressor(**QUICK).fit(graphs, y)
    other = plstm.Graph(
        graphs[0].dag,
        node_codes=graphs[0].node_codes,
        edge_values=graphs[0].edge_values + 1,
        edge_codes=graphs[0].edge_codes,
        graph_values=graphs[0].graph_values,
    )
    assert model.predict([graphs[0]])[0] != model.predict([other])[0]
    with pytest.raises(plstm.Error):
        model.predict([make_graph(0)])


def test_models_are_saved_loaded_and_pickled(graphs, tmp_path):
    y = [depths(graph) for graph in graphs]
    model = plstm.GraphRegressor(**QUICK, target="node").fit(graphs, y)
    model.save(tmp_path / "model.safetensors")
    for again in (plstm.load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))):
        assert again.target == "node"
        assert np.array_equal(np.concatenate(again.predict(graphs)), np.concatenate(model.predict(graphs)))
    with pytest.raises(plstm.Error):
        plstm.MoleculeRegressor.load(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    ("graphs_", "y", "error"),
    [
        ([], [], plstm.Error),
        ([1, 2], [1, 2], TypeError),
        (5, [1], TypeError),
        (None, [1], TypeError),
        ([make_graph(0)] * 3, [1, 2], plstm.ShapeError),
        ([make_graph(0)] * 3, ["a", "b", "c"], TypeError),
        (make_graph(0), [1.0], TypeError),
        ([make_graph(0), plstm.Graph(plstm.Dag([(0, 1)]), node_values=[1, 2])], [1, 2], plstm.ShapeError),
        ([plstm.Dag([(0, 1)])] * 3, [1, 2, 3], plstm.ConfigError),
    ],
)
def test_what_cannot_be_learnt_is_refused(graphs_, y, error):
    with pytest.raises(error):
        plstm.GraphRegressor(**QUICK).fit(graphs_, y)


def test_settings_are_checked(graphs):
    with pytest.raises(plstm.ConfigError, match="expected graph, node or edge"):
        plstm.GraphRegressor(target="tree").fit(graphs, np.arange(20.0))
    params = plstm.GraphClassifier(target="edge").get_params()
    assert plstm.GraphClassifier(**params).get_params() == params
    with pytest.raises(ValueError, match="not fitted"):
        plstm.GraphRegressor().predict(graphs)


def test_edges_may_be_missing_from_a_graph(graphs):
    lonely = plstm.Graph(plstm.Dag([], 2), node_values=[[0, 1], [1, 0]])
    all_graphs = [lonely, *graphs]
    y = [np.arange(float(graph.dag.num_edges)) for graph in all_graphs]
    model = plstm.GraphRegressor(**QUICK, target="edge").fit(all_graphs, y)
    assert model.predict(all_graphs)[0].shape == (0,)
