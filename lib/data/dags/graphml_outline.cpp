#include "data/dags/graphml_outline.hpp"

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
  graph_.head.name = tags_.attribute("id").value_or("");
  graph_.head.place = tags_.place();
  const std::string direction = required("edgedefault");
  graph_.head.directed = direction == "directed";
  if (!graph_.head.directed && direction != "undirected") {
    fail_at(tags_.place(),
            fmt::format("edgedefault is {}, expected 'directed' or 'undirected'", in_quotes(direction)));
  }
  const std::size_t begin = tags_.begin();
  const std::size_t depth = tags_.depth();
  const char* inside = "graph";  // the element of depth + 1 that is open
  while (!(tags_.ends() && tags_.depth() == depth)) {
    tags_.next();
    if (!tags_.begins()) continue;
    const std::string_view element = tags_.element();
    if (element == "graph") fail_at(tags_.place(), "a graph inside of a graph is not read");
    if (element == "hyperedge") fail_at(tags_.place(), "hyperedges are not read");
    if (tags_.depth() == depth + 1) {
      inside = element == "node" ? "node" : element == "edge" ? "edge" : "graph";
      if (element == "node") {
        const std::string id = required("id");
        try {
          graph_.add_node(id);
        } catch (const FileError& error) {
          fail_at(tags_.place(), error.what());
        }
      } else if (element == "edge") {
        const bool directed =
            tags_.attribute("directed").value_or(graph_.head.directed ? "true" : "false") == "true";
        if (directed != graph_.head.directed) {
          fail_at(tags_.place(),
                  fmt::format("the edge is {}directed, and the graph is not", directed ? "" : "un"));
        }
        edges_.push_back({required("source"), required("target"), tags_.line()});
      }
    }
    const bool own =
        tags_.depth() == depth + 1 || (tags_.depth() == depth + 2 && inside != std::string_view("graph"));
    if (element == "data" && own) check_key(inside);
  }
  graph_text_ = text_.substr(begin, tags_.end() - begin);
  add_edges();
}

// After all nodes, as edges may stand before them.
void GraphmlOutline::add_edges() {
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

std::string GraphmlOutline::document() const {
  std::string document = "<graphml>";
  document.append(keys_).append(graph_text_).append("</graphml>");
  return document;
}

}  // namespace plstm
