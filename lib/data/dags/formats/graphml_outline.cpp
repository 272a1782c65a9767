#include "data/dags/formats/graphml_outline.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "data/files/fail_at.hpp"

namespace plstm {

bool GraphmlOutline::next() {
  while (tags_.next()) {
    if (!tags_.begins()) continue;
    any_ = true;
    const std::string_view element = tags_.element();
    if (tags_.depth() == 0 && element != "graphml") {
      fail_at(tags_.place(), fmt::format("the document is {}, expected 'graphml'", in_quotes(element)));
    }
    if (tags_.depth() != 1) continue;
    if (element == "key") read_key();
    if (element == "graph") {
      read_graph();
      return true;
    }
  }
  if (!any_) fail_at(name_, "there is no element 'graphml'");
  return false;
}

std::string GraphmlOutline::required(const char* attribute) const {
  std::optional<std::string> value = tags_.attribute(attribute);
  if (!value) {
    fail_at(tags_.place(),
            fmt::format("element {} has no attribute {}", in_quotes(tags_.element()), attribute));
  }
  return std::move(*value);
}

// Leaves the tags at the end of the key.
void GraphmlOutline::read_key() {
  const std::string id = required("id");
  const std::string target = required("for");
  if (!key_targets_.emplace(id, target).second) {
    fail_at(tags_.place(), fmt::format("two keys are called {}", in_quotes(id)));
  }
  const std::size_t begin = tags_.begin();
  const std::size_t depth = tags_.depth();
  while (!(tags_.ends() && tags_.depth() == depth)) tags_.next();
  keys_ += text_.substr(begin, tags_.end() - begin);
}

void GraphmlOutline::check_key(const char* what) {
  const std::string key = required("key");
  const auto found = key_targets_.find(key);
  if (found == key_targets_.end()) {
    fail_at(tags_.place(), fmt::format("no key {} is declared before the graph", in_quotes(key)));
  }
  if (found->second != what && found->second != "all") {
    fail_at(tags_.place(), fmt::format("key {} is for {}, and here is a {}", in_quotes(key),
                                       in_quotes(found->second), what));
  }
}

void GraphmlOutline::read_graph() {
  graph_ = {};
  edges_.clear();
  pieces_.clear();
  graph_.head.name = tags_.attribute("id").value_or("");
  graph_.head.place = tags_.place();
  const std::string direction = required("edgedefault");
  graph_.head.directed = direction == "directed";
  if (!graph_.head.directed && direction != "undirected") {
    fail_at(tags_.place(),
            fmt::format("edgedefault is {}, expected 'directed' or 'undirected'", in_quotes(direction)));
  }
  piece_of(Piece::Kind::kGraph, 0);
  const std::size_t depth = tags_.depth();
  while (!(tags_.ends() && tags_.depth() == depth)) {
    tags_.next();
    if (tags_.depth() == depth + 1) read_element(depth + 1);
  }
  connect_edges();
}

// A node, an edge, or something else of the graph. Leaves the tags at its end.
void GraphmlOutline::read_element(std::size_t depth) {
  const std::size_t begin = tags_.begin();
  const std::string_view element = tags_.element();
  const bool is_node = element == "node";
  const bool is_edge = element == "edge";
  const std::size_t number = is_node ? graph_.num_nodes() : edges_.size();
  if (is_node) add_node();
  if (is_edge) add_edge();
  if (element == "data") check_key("graph");
  while (true) {
    if (tags_.begins() && tags_.element() == "graph")
      fail_at(tags_.place(), "a graph inside of a graph is not read");
    if (tags_.begins() && tags_.element() == "hyperedge") fail_at(tags_.place(), "hyperedges are not read");
    if (tags_.ends() && tags_.depth() == depth) break;
    tags_.next();
    const bool data = tags_.begins() && tags_.depth() == depth + 1 && tags_.element() == "data";
    if (data && (is_node || is_edge)) check_key(is_node ? "node" : "edge");
  }
  const Piece::Kind kind = is_node   ? Piece::Kind::kNodes
                           : is_edge ? Piece::Kind::kEdges
                                     : Piece::Kind::kGraph;
  piece_of(kind, number).text += text_.substr(begin, tags_.end() - begin);
}

void GraphmlOutline::add_node() {
  const std::string id = required("id");
  try {
    graph_.add_node(id);
  } catch (const FileError& error) {
    fail_at(tags_.place(), error.what());
  }
}

void GraphmlOutline::add_edge() {
  const bool directed =
      tags_.attribute("directed").value_or(graph_.head.directed ? "true" : "false") == "true";
  if (directed != graph_.head.directed) {
    fail_at(tags_.place(), fmt::format("the edge is {}directed, and the graph is not", directed ? "" : "un"));
  }
  edges_.push_back({required("source"), required("target"), tags_.line()});
}

// After all nodes, as edges may stand before them.
void GraphmlOutline::connect_edges() {
  for (const Edge& edge : edges_) {
    const auto node_of = [&](const std::string& id) {
      const std::optional<NodeId> node = graph_.find_node(id);
      if (!node) {
        fail_at(fmt::format("{}:{}", name_, edge.line),
                fmt::format("the graph has no node {}", in_quotes(id)));
      }
      return *node;
    };
    const NodeId tail = node_of(edge.source);
    graph_.add_edge(tail, node_of(edge.target));
  }
}

// The piece that the next element of its kind belongs to, which has this number.
GraphmlOutline::Piece& GraphmlOutline::piece_of(Piece::Kind kind, std::size_t number) {
  constexpr std::size_t kFull = std::size_t{1} << 20;
  const auto last =
      std::find_if(pieces_.rbegin(), pieces_.rend(), [&](const Piece& piece) { return piece.kind == kind; });
  const bool full = kind != Piece::Kind::kGraph && last != pieces_.rend() && last->text.size() >= kFull;
  if (last != pieces_.rend() && !full) return *last;
  return pieces_.emplace_back(Piece{kind, number, {}});
}

std::string GraphmlOutline::document(const Piece& piece) const {
  return fmt::format("<graphml>{}<graph edgedefault=\"{}\">{}</graph></graphml>", keys_,
                     graph_.head.directed ? "directed" : "undirected", piece.text);
}

}  // namespace plstm
