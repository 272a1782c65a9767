import copy
import pickle

import numpy as np
import pytest

import plstm

#     1
#   /   \       edges  0: 0->1   1: 0->2   2: 1->3   3: 2->3
#  0     3
#   \   /
#     2
DIAMOND = [(0, 1), (0, 2), (1, 3), (2, 3)]


def test_a_dag_has_its_edges():
    dag = plstm.Dag(DIAMOND)
    assert (dag.num_nodes, dag.num_edges) == (4, 4)
    assert dag.edges.tolist() == [list(edge) for edge in DIAMOND]
    assert dag.in_edges(3).tolist() == [2, 3]
    assert dag.out_edges(0).tolist() == [0, 1]
    assert plstm.Dag(DIAMOND, 6).num_nodes == 6
    assert plstm.Dag([]).num_nodes == 0
    assert plstm.Dag(np.empty((0, 2), dtype=int), 3).edges.shape == (0, 2)


def test_line_graph_levels_and_multitree():
    line = plstm.Dag(DIAMOND).line_graph()
    assert (line.num_nodes, line.num_edges) == (4, 2)
    assert line.edges.tolist() == [[0, 2], [1, 3]]
    levels = line.levels()
    assert [level.tolist() for level in levels] == [[0, 1], [2, 3]]
    assert levels[-1].tolist() == [2, 3]
    assert levels.order.tolist() == [0, 1, 2, 3]
    with pytest.raises(IndexError):
        levels[2]
    both_ends = plstm.Dag([(4, 0), *DIAMOND, (3, 5)])
    rows = both_ends.line_graph()
    assert rows.num_edges == 6
    assert rows.multitree().num_edges == 5, "one of two paths from 4 to 5 is left"
    into_last = rows.in_list[rows.in_offsets[5] : rows.in_offsets[6]]
    assert rows.edges[into_last].tolist() == [[3, 5], [4, 5]]
    out_of_first = rows.out_list[rows.out_offsets[0] : rows.out_offsets[1]]
    assert rows.edges[out_of_first].tolist() == [[0, 1], [0, 2]]


def test_arrays_are_views_that_outlive_their_dag():
    dag = plstm.Dag(DIAMOND)
    edges = dag.edges
    assert np.shares_memory(edges, dag.edges)
    assert not edges.flags.writeable
    with pytest.raises(ValueError):
        edges[0, 0] = 3
    del dag
    assert edges.tolist() == [list(edge) for edge in DIAMOND]


def test_any_layout_of_edges_is_read():
    wanted = plstm.Dag(DIAMOND)
    array = np.array(DIAMOND)
    for given in (
        array,
        array.astype(np.uint8),
        np.asfortranarray(array),
        np.repeat(array, 2, axis=0)[::2],
        array.tolist(),
    ):
        assert plstm.Dag(given) == wanted
    array.flags.writeable = False
    assert plstm.Dag(array) == wanted


@pytest.mark.parametrize(
    ("edges", "error", "text"),
    [
        ([(0, 1), (1, 0)], plstm.GraphError, "cycle"),
        ([(0, 0)], plstm.GraphError, "edge 0"),
        ([(0, 1), (0, 1)], plstm.GraphError, "edge 1"),
        ([(0, -1)], plstm.GraphError, "-1"),
        ([(0, 2**40)], plstm.GraphError, str(2**40)),
        ([(0, 1, 2)], plstm.ShapeError, r"\[1, 3\]"),
        ([(0, 1), (1,)], plstm.ShapeError, "edges"),
        ([(0, 0.5)], TypeError, "float64"),
        ("CCO", TypeError, "text"),
        ([("a", "b")], TypeError, "edges"),
        (None, TypeError, "edges"),
    ],
)
def test_bad_edges_are_refused(edges, error, text):
    with pytest.raises(error, match=text):
        plstm.Dag(edges)


def test_bad_numbers_of_nodes_are_refused():
    with pytest.raises(plstm.GraphError):
        plstm.Dag(DIAMOND, 3)
    with pytest.raises(plstm.GraphError, match="num_nodes is -1"):
        plstm.Dag([], -1)
    with pytest.raises(plstm.GraphError):
        plstm.Dag([(0, 2**31 - 1)])
    with pytest.raises(IndexError):
        plstm.Dag(DIAMOND).in_edges(4)


def test_parallel_edges_and_orientation():
    assert plstm.Dag([(0, 1), (0, 1)], parallel_edges=True).num_edges == 2
    assert plstm.Dag.orient([(1, 0), (2, 1)], by="index").edges.tolist() == [[0, 1], [1, 2]]
    assert plstm.Dag.orient([(1, 0), (2, 1), (0, 2)]).num_edges == 3
    with pytest.raises(plstm.ConfigError, match="expected index, bfs or dfs"):
        plstm.Dag.orient([(1, 0)], by="size")


def test_dags_are_compared_and_copied():
    dag = plstm.Dag([(0, 1), (0, 1)], 3, parallel_edges=True)
    assert pickle.loads(pickle.dumps(dag)) == dag
    assert copy.deepcopy(dag) == dag
    assert dag != plstm.Dag([(0, 1)])
    assert dag != "dag"
    assert dag.reverse().reverse() == dag


def test_a_graph_keeps_its_features():
    dag = plstm.Dag(DIAMOND)
    graph = plstm.Graph(
        dag,
        node_values=np.arange(8).reshape(4, 2)[:, ::-1],
        node_codes=[0, 1, 1, 2],
        edge_values=[0.5, 1, 1.5, 2],
        edge_codes=np.zeros((4, 1), dtype=np.uint8),
        graph_values=[3.5],
    )
    assert graph.node_values.tolist() == [[1, 0], [3, 2], [5, 4], [7, 6]]
    assert graph.node_codes.tolist() == [[0], [1], [1], [2]]
    assert graph.edge_values.tolist() == [[0.5], [1], [1.5], [2]]
    assert graph.graph_values.tolist() == [3.5]
    assert graph.dag == dag
    assert pickle.loads(pickle.dumps(graph)) == graph
    assert plstm.Graph(dag) != graph


@pytest.mark.parametrize(
    ("features", "error", "text"),
    [
        ({"node_values": [1, 2, 3]}, plstm.ShapeError, r"node_values has shape \[3, 1\], expected \[4"),
        ({"node_codes": [0, 1, 2, 0.5]}, TypeError, "whole numbers"),
        ({"node_codes": [0, 1, 2, -1]}, plstm.ConfigError, "code"),
        ({"edge_codes": [0, 1, 2, 2**31]}, plstm.ConfigError, "code"),
        ({"edge_values": np.full(4, 1e300)}, plstm.ConfigError, "float32"),
        ({"edge_values": np.full(4, 1j)}, TypeError, "complex"),
        ({"edge_values": "abcd"}, TypeError, "text"),
        ({"graph_values": [[1], [2]]}, plstm.ShapeError, "graph_values"),
    ],
)
def test_bad_features_are_refused(features, error, text):
    with pytest.raises(error, match=text):
        plstm.Graph(plstm.Dag(DIAMOND), **features)


def test_a_graph_of_billions_of_lone_nodes_is_refused():
    """Its tables would take gigabytes, which nobody asks for who has no edges."""
    for make in (plstm.Dag, plstm.Dag.orient):
        for edges, nodes in (([], 2**31 - 1), ([], 2**26 + 1), ([(0, 1)], 2**30), ([(0, 2**31 - 2)], None)):
            with pytest.raises(plstm.GraphError, match="at most 67108864 nodes may have none"):
                make(edges, nodes)
    with pytest.raises(plstm.GraphError, match="expected 0 to"):
        plstm.Dag([], 2**31)
    assert plstm.Dag([(0, 100_000)]).num_nodes == 100_001
