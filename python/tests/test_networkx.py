import pytest

import plstm

networkx = pytest.importorskip("networkx")


def test_nodes_and_edges_keep_their_order():
    graph = networkx.DiGraph()
    graph.add_nodes_from(["late", "b", "a"])
    graph.add_edges_from([("b", "late"), ("b", "a"), ("a", "late")])
    dag = plstm.Dag.from_networkx(graph)
    assert dag.num_nodes == 3
    number = {node: i for i, node in enumerate(graph.nodes)}
    assert dag.edges.tolist() == [[number[u], number[v]] for u, v in graph.edges]


def test_parallel_edges_of_a_multigraph_stay():
    graph = networkx.MultiDiGraph([(0, 1), (0, 1), (1, 2)])
    assert plstm.Dag.from_networkx(graph).num_edges == 3


def test_no_edges_and_no_nodes():
    assert plstm.Dag.from_networkx(networkx.DiGraph()).num_nodes == 0
    graph = networkx.DiGraph()
    graph.add_nodes_from("abc")
    assert plstm.Dag.from_networkx(graph).num_nodes == 3


def test_what_is_no_dag_is_refused():
    with pytest.raises(plstm.GraphError, match="cycle"):
        plstm.Dag.from_networkx(networkx.DiGraph([(0, 1), (1, 0)]))
    with pytest.raises(TypeError, match="undirected"):
        plstm.Dag.from_networkx(networkx.Graph([(0, 1)]))
    for bad in (None, 3, "graph", [(0, 1)]):
        with pytest.raises(TypeError):
            plstm.Dag.from_networkx(bad)
