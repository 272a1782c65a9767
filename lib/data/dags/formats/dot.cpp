#include "plstm/data/dags/formats/dot.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <istream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/any.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "data/dags/attribute_table.hpp"
#include "data/dags/formats/dot_outline.hpp"
#include "data/files/fail_at.hpp"
#include "data/files/text_source.hpp"

namespace plstm {

namespace {

// The attribute under which Boost.Graph gives the name of a node. No document has a zero byte.
const std::string kNameOfNode("\0name", 5);

struct DotEdge {
  std::size_t number = 0;
};

// What Boost.Graph fills. Category is directed_tag or undirected_tag.
template <class Category>
struct DotGraph {
  std::vector<std::string> names;                          // of nodes
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // tail and head
  AttributeTable node_attributes, edge_attributes, graph_attributes;
};

template <class Category>
std::size_t add_vertex(DotGraph<Category>& graph) {
  graph.names.emplace_back();
  return graph.names.size() - 1;
}

template <class Category>
std::pair<DotEdge, bool> add_edge(std::size_t tail, std::size_t head, DotGraph<Category>& graph) {
  graph.edges.emplace_back(tail, head);
  return {{graph.edges.size() - 1}, true};
}

// One attribute of nodes, edges or the graph, which is what Key says. It is only written.
template <class Key, class Put>
class AttributeMap : public boost::dynamic_property_map {
 public:
  explicit AttributeMap(Put put) : put_(std::move(put)) {}

  boost::any get(const boost::any&) override { throw std::logic_error("attributes are only written"); }
  std::string get_string(const boost::any&) override {
    throw std::logic_error("attributes are only written");
  }
  void put(const boost::any& key, const boost::any& value) override {
    put_(boost::any_cast<Key>(key), boost::any_cast<std::string>(value));
  }
  const std::type_info& key() const override { return typeid(Key); }
  const std::type_info& value() const override { return typeid(std::string); }

 private:
  Put put_;
};

template <class Key, class Put>
boost::shared_ptr<boost::dynamic_property_map> make_map(Put put) {
  return boost::make_shared<AttributeMap<Key, Put>>(std::move(put));
}

// A map for each attribute that the document has.
template <class Category>
boost::dynamic_properties attributes_of(DotGraph<Category>& graph) {
  return boost::dynamic_properties(
      [&graph](const std::string& name, const boost::any& key, const boost::any&) {
        if (name == kNameOfNode) {
          return make_map<std::size_t>(
              [&graph](std::size_t node, std::string text) { graph.names[node] = std::move(text); });
        }
        if (key.type() == typeid(std::size_t)) {
          return make_map<std::size_t>([&graph, name](std::size_t node, std::string text) {
            graph.node_attributes.replace(node, name, std::move(text));
          });
        }
        if (key.type() == typeid(DotEdge)) {
          return make_map<DotEdge>([&graph, name](const DotEdge& edge, std::string text) {
            graph.edge_attributes.replace(edge.number, name, std::move(text));
          });
        }
        return make_map<DotGraph<Category>*>([&graph, name](DotGraph<Category>*, std::string text) {
          graph.graph_attributes.replace(0, name, std::move(text));
        });
      });
}

void sort_columns(std::vector<AttributeColumn>& columns) {
  std::ranges::sort(columns, {}, &AttributeColumn::name);
}

// Boost.Graph gives nodes in the order of their names. This is where each belongs by the document.
std::vector<std::size_t> places_of(const std::vector<std::string>& names,
                                   const std::vector<std::string>& in_order) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < names.size(); ++i) numbers.emplace(names[i], i);
  std::vector<std::size_t> places(names.size(), names.size());
  std::size_t next = 0;
  for (const std::string& name : in_order) {
    const auto found = numbers.find(name);
    if (found != numbers.end() && places[found->second] == names.size()) places[found->second] = next++;
  }
  for (std::size_t& place : places) {
    if (place == names.size()) place = next++;
  }
  return places;
}

template <class Category>
GraphRecord record_of(DotGraph<Category>& graph, const DotOutline& outline) {
  GraphRecord record;
  const std::size_t num_nodes = graph.names.size();
  record.num_nodes = static_cast<NodeId>(num_nodes);
  record.node_attributes = graph.node_attributes.take(num_nodes);
  record.edge_attributes = graph.edge_attributes.take(graph.edges.size());
  record.graph_attributes = graph.graph_attributes.take(1);
  for (auto* columns : {&record.node_attributes, &record.edge_attributes, &record.graph_attributes}) {
    sort_columns(*columns);
  }
  const std::vector<std::size_t> places = places_of(graph.names, outline.names());
  record.node_names.resize(num_nodes);
  for (std::size_t i = 0; i < num_nodes; ++i) record.node_names[places[i]] = std::move(graph.names[i]);
  for (AttributeColumn& column : record.node_attributes) {
    std::vector<AttributeValue> values(num_nodes);
    for (std::size_t i = 0; i < num_nodes; ++i) values[places[i]] = std::move(column.values[i]);
    column.values = std::move(values);
  }
  for (const auto& [tail, head] : graph.edges) {
    record.edges.push_back({static_cast<NodeId>(places[tail]), static_cast<NodeId>(places[head])});
  }
  record.name = outline.id();
  record.place = outline.place();
  record.directed = outline.directed();
  record.typed = false;
  return record;
}

template <class Category>
GraphRecord read_graph(const DotOutline& outline) {
  DotGraph<Category> graph;
  boost::dynamic_properties attributes = attributes_of(graph);
  {
    // Boost.Graph numbers the edges of all documents by one counter.
    static std::mutex counter;
    const std::lock_guard lock(counter);
    boost::read_graphviz(outline.text(), graph, attributes, kNameOfNode);
  }
  return record_of(graph, outline);
}

}  // namespace

}  // namespace plstm

/// @cond  Doxygen finds no scope for specialisations in a namespace that it does not read.
template <class Category>
struct boost::graph_traits<plstm::DotGraph<Category>> {
  using vertex_descriptor = std::size_t;
  using edge_descriptor = plstm::DotEdge;
  using directed_category = Category;
  using edge_parallel_category = boost::allow_parallel_edge_tag;
  using traversal_category = boost::incidence_graph_tag;
};
/// @endcond

namespace plstm {

void read_dot(std::istream& stream, const std::string& name, const GraphTaker& take) {
  const std::string text = read_document(stream, name);
  if (text.find('\0') != std::string::npos)
    fail_at(name, "has a zero byte, which text in UTF-8 has not; convert it");
  for (DotOutline outline(text, name); outline.next();) {
    GraphRecord record;
    try {
      record = outline.directed() ? read_graph<boost::directed_tag>(outline)
                                  : read_graph<boost::undirected_tag>(outline);
    } catch (const std::exception& error) {
      fail_at(outline.place(), fmt::format("graph {}: {}", in_quotes(outline.id()), error.what()));
    }
    take(std::move(record));
  }
}

}  // namespace plstm
