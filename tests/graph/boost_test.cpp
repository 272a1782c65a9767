#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <boost/array.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/grid_graph.hpp>
#include <boost/graph/reverse_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/boost.hpp>
#include <plstm/graph/orientation.hpp>

#include "any_dag.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

template <class Graph>
void require_concepts() {
  using Vertex = typename boost::graph_traits<Graph>::vertex_descriptor;
  using Edge = typename boost::graph_traits<Graph>::edge_descriptor;
  BOOST_CONCEPT_ASSERT((boost::BidirectionalGraphConcept<Graph>));
  BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<Graph>));
  BOOST_CONCEPT_ASSERT((boost::VertexAndEdgeListGraphConcept<Graph>));
  BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<Graph, Vertex, boost::vertex_index_t>));
  BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<Graph, Edge, boost::edge_index_t>));
}

template <class Graph>
class BoostModel : public ::testing::Test {
 protected:
  // Edges 0: 3->1   1: 1->0   2: 1->2   3: 3->4. Of the Dag itself, or of the line graph of a Dag whose line
  // graph it is up to the order of the edges.
  static Graph make() {
    if constexpr (std::is_same_v<Graph, Dag>) {
      return Dag(5, {{3, 1}, {1, 0}, {1, 2}, {3, 4}});
    } else {
      // DAG edges 0..4 play the nodes: 3 leads to 1 and 4, 1 leads to 0 and 2.
      return make_line_graph(Dag(6, {{2, 3}, {1, 2}, {2, 4}, {0, 1}, {1, 5}}));
    }
  }
};
using Models = ::testing::Types<Dag, LineGraph>;
TYPED_TEST_SUITE(BoostModel, Models);

TYPED_TEST(BoostModel, MeetsTheConcepts) {
  require_concepts<TypeParam>();
  const TypeParam graph = this->make();
  EXPECT_EQ(num_vertices(graph), 5u);
  EXPECT_EQ(num_edges(graph), 4u);
  EXPECT_EQ(out_degree(3, graph), 2u);
  EXPECT_EQ(in_degree(1, graph), 1u);
  EXPECT_EQ(degree(1, graph), 3u);
  const auto [first, last] = adjacent_vertices(1, graph);
  EXPECT_THAT(std::vector<std::int32_t>(first, last), ElementsAre(0, 2));
  for (const auto edge : boost::make_iterator_range(in_edges(4, graph))) EXPECT_EQ(source(edge, graph), 3);
  const auto index = get(boost::edge_index, graph);
  std::int32_t id = 0;
  for (const auto edge : boost::make_iterator_range(edges(graph))) {
    EXPECT_EQ(get(index, edge), id);
    EXPECT_EQ(get(boost::edge_index, graph, edge), id);
    EXPECT_EQ(source(edge, graph), graph.edges()[static_cast<std::size_t>(id)].tail);
    EXPECT_EQ(target(edge, graph), graph.edges()[static_cast<std::size_t>(id)].head);
    ++id;
  }
  EXPECT_EQ(id, 4);
}

TYPED_TEST(BoostModel, SortsTopologically) {
  const TypeParam graph = this->make();
  std::vector<std::int32_t> order;
  boost::topological_sort(graph, std::back_inserter(order));  // reversed
  EXPECT_THAT(order, ElementsAre(0, 2, 1, 4, 3));
}

TYPED_TEST(BoostModel, IsSearchedInBreadth) {
  const TypeParam graph = this->make();
  std::vector<int> distance(num_vertices(graph), 0);
  const auto map = boost::make_iterator_property_map(distance.begin(), get(boost::vertex_index, graph));
  boost::breadth_first_search(
      graph, 3, boost::visitor(boost::make_bfs_visitor(boost::record_distances(map, boost::on_tree_edge{}))));
  EXPECT_THAT(distance, ElementsAre(2, 1, 2, 0, 1));
}

TYPED_TEST(BoostModel, IsSearchedAgainstItsEdges) {
  const TypeParam graph = this->make();
  const auto reversed = boost::make_reverse_graph(graph);
  std::vector<std::int32_t> order;
  boost::topological_sort(reversed, std::back_inserter(order),
                          boost::vertex_index_map(get(boost::vertex_index, graph)));
  EXPECT_THAT(order, ElementsAre(3, 1, 0, 2, 4));
}

TYPED_TEST(BoostModel, IsDrawn) {
  const TypeParam graph = this->make();
  std::ostringstream stream;
  boost::write_graphviz(stream, graph);
  std::string line;
  std::vector<std::string> lines;
  for (std::istringstream text(stream.str()); std::getline(text, line);) {
    if (line.find("->") != std::string::npos) lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 4u);
  for (std::size_t e = 0; e < lines.size(); ++e) {
    EXPECT_THAT(lines[e], HasSubstr(std::to_string(graph.edges()[e].tail) + "->" +
                                    std::to_string(graph.edges()[e].head)));
  }
}

TYPED_TEST(BoostModel, WithoutVertices) {
  const TypeParam graph;
  std::vector<std::int32_t> order;
  boost::topological_sort(graph, std::back_inserter(order));
  EXPECT_TRUE(order.empty());
  EXPECT_EQ(make_dag(graph), Dag());
}

using Directed = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

TEST(MakeDag, TakesEdgesOfADirectedGraphInItsOrder) {
  Directed graph(4);
  add_edge(2, 0, graph);
  add_edge(0, 3, graph);
  add_edge(0, 1, graph);
  EXPECT_EQ(make_dag(graph), Dag(4, {{0, 3}, {0, 1}, {2, 0}}));  // adjacency_list lists them by tail
  EXPECT_EQ(make_dag(Directed()), Dag());
  EXPECT_EQ(make_dag(Directed(1)), Dag(1, {}));
}

TEST(MakeDag, PointsUndirectedEdgesToTheLargerIndex) {
  Undirected graph(4);
  add_edge(2, 0, graph);
  add_edge(3, 1, graph);
  add_edge(0, 1, graph);
  EXPECT_EQ(make_dag(graph), orient_by_index({4, {{2, 0}, {3, 1}, {0, 1}}}));
}

TEST(MakeDag, TakesAnIndexMapWhereTheGraphHasNone) {
  using ListGraph = boost::adjacency_list<boost::listS, boost::listS, boost::bidirectionalS>;
  ListGraph graph;
  const auto a = add_vertex(graph);
  const auto b = add_vertex(graph);
  const auto c = add_vertex(graph);
  add_edge(a, b, graph);
  add_edge(b, c, graph);
  std::map<ListGraph::vertex_descriptor, std::size_t> number{{a, 2}, {b, 0}, {c, 1}};
  EXPECT_EQ(make_dag(graph, boost::make_assoc_property_map(number)), Dag(3, {{2, 0}, {0, 1}}));
  number[c] = std::size_t{1} << 40;
  EXPECT_THAT([&] { make_dag(graph, boost::make_assoc_property_map(number)); },
              ThrowsMessage<GraphError>(HasSubstr("edge 1 is 0 -> -1")));
}

TEST(MakeDag, TakesOtherModels) {
  const std::vector<std::pair<int, int>> pairs{{0, 2}, {1, 2}};
  const boost::compressed_sparse_row_graph<boost::directedS> graph(boost::edges_are_sorted, pairs.begin(),
                                                                   pairs.end(), 3);
  EXPECT_EQ(make_dag(graph), Dag(3, {{0, 2}, {1, 2}}));
}

TEST(MakeDag, RefusesMoreVerticesThanIdsCount) {
  const boost::grid_graph<2> graph(boost::array<std::size_t, 2>{{1 << 16, 1 << 15}});
  EXPECT_THAT([&] { make_dag(graph); },
              ThrowsMessage<GraphError>("make_dag: 2147483648 vertices, expected at most 2147483647"));
}

TEST(MakeDag, RefusesWhatIsNoDag) {
  Directed cycle(2);
  add_edge(0, 1, cycle);
  add_edge(1, 0, cycle);
  EXPECT_THAT([&] { make_dag(cycle); }, ThrowsMessage<GraphError>(HasSubstr("directed cycle 0 -> 1 -> 0")));
  Undirected parallel(2);
  add_edge(0, 1, parallel);
  add_edge(1, 0, parallel);
  EXPECT_THAT([&] { make_dag(parallel); }, ThrowsMessage<GraphError>(HasSubstr("edge 1 repeats edge 0")));
  const Dag kept = make_dag(parallel, ParallelEdges::kKeep);
  EXPECT_EQ(kept, Dag(2, {{0, 1}, {0, 1}}, ParallelEdges::kKeep));
  EXPECT_EQ(make_dag(kept, ParallelEdges::kKeep), kept);
  Undirected loop(2);
  add_edge(1, 1, loop);
  EXPECT_THAT([&] { make_dag(loop); }, ThrowsMessage<GraphError>(HasSubstr("self-loop 1 -> 1")));
}

RC_GTEST_PROP(BoostLaws, ADagAndItsLineGraphComeBackAsTheyAre, ()) {
  const Dag dag = test::any_dag();
  RC_ASSERT(make_dag(dag) == dag);
  const LineGraph line_graph = make_line_graph(dag);
  RC_ASSERT(make_dag(line_graph).adjacency() == line_graph.adjacency());
}

RC_GTEST_PROP(BoostLaws, TopologicalSortRespectsEveryEdge, ()) {
  const Dag dag = test::any_dag();
  std::vector<NodeId> reversed_order;
  boost::topological_sort(dag, std::back_inserter(reversed_order));
  RC_ASSERT(static_cast<NodeId>(reversed_order.size()) == dag.num_nodes());
  for (const Arc& edge : dag.edges()) {
    RC_ASSERT(std::ranges::find(reversed_order, edge.head) < std::ranges::find(reversed_order, edge.tail));
  }
}

}  // namespace
}  // namespace plstm
