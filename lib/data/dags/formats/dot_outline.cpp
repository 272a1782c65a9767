#include "data/dags/formats/dot_outline.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kMostSize = std::size_t{1} << 30;  // counts stop there

using Kind = DotTokens::Kind;

}  // namespace

bool DotOutline::next() {
  if (!std::exchange(started_, true)) tokens_.next();
  while (tokens_.is(";")) tokens_.next();
  if (tokens_.kind() == Kind::kEnd) {
    if (!any_) tokens_.fail("there is no graph; expected one such as digraph name { a -> b; }");
    return false;
  }
  any_ = true;
  names_.clear();
  known_names_.clear();
  subgraphs_.clear();
  bare_.clear();
  num_edges_ = num_copies_ = 0;
  std::size_t begin = tokens_.begin();
  place_ = tokens_.place();
  read_head();
  read_parts();
  graph_text_.clear();
  for (const std::size_t bare : bare_) {
    graph_text_.append(text_.substr(begin, bare - begin)).append(" subgraph ");
    begin = bare;
  }
  graph_text_ += text_.substr(begin, tokens_.end() - begin);
  tokens_.next();
  return true;
}

// Up to the bracket, which is the word that comes next.
void DotOutline::read_head() {
  if (tokens_.is("strict")) tokens_.next();
  directed_ = tokens_.is("digraph");
  if (!directed_ && !tokens_.is("graph")) {
    tokens_.fail(fmt::format("{} stands where 'graph' or 'digraph' should", in_quotes(tokens_.text())));
  }
  tokens_.next();
  id_.clear();
  if (tokens_.kind() == Kind::kId) {
    id_ = tokens_.text();
    tokens_.next();
  }
  if (!tokens_.is("{")) tokens_.fail(fmt::format("{} stands where '{{' should", in_quotes(tokens_.text())));
}

// Up to the bracket that closes the graph, which stays the present word.
void DotOutline::read_parts() {
  parts_.clear();
  open_part("");
  while (true) {
    if (tokens_.kind() == Kind::kEnd) {
      fail_at(place_, "the graph that begins here has no end; the file may be cut off");
    }
    if (tokens_.is("}") && parts_.size() == 1) return end_statement();
    read_word();
  }
}

void DotOutline::read_word() {
  if (tokens_.kind() == Kind::kId) return read_id();
  if (tokens_.is("{")) {
    bare_.push_back(tokens_.begin());
    return open_part("");
  }
  if (tokens_.is("}")) return close_part();
  if (tokens_.is("[")) return skip_attributes();
  if (tokens_.is("->") || tokens_.is("--")) return link();
  if (tokens_.is("subgraph")) {
    tokens_.next();
    std::string name;
    if (tokens_.kind() == Kind::kId) {
      name = tokens_.text();
      tokens_.next();
    }
    if (tokens_.is("{")) return open_part(std::move(name));
    const Subgraph& subgraph = subgraphs_[name];
    return add_end(subgraph.size, subgraph.hides_nodes, "");
  }
  if (!tokens_.is(";") && !tokens_.is("node") && !tokens_.is("edge") && !tokens_.is("graph")) {
    tokens_.fail(fmt::format("{} should not stand here", in_quotes(tokens_.text())));
  }
  end_statement();
  tokens_.next();
}

// A node, or an attribute of the part.
void DotOutline::read_id() {
  std::string name = tokens_.text();
  tokens_.next();
  if (tokens_.is("=")) {
    end_statement();
    tokens_.next();
    if (tokens_.kind() != Kind::kId) tokens_.fail(fmt::format("attribute {} has no value", in_quotes(name)));
    tokens_.next();
    return;
  }
  skip_port();
  if (known_names_.insert(name).second) names_.push_back(name);
  add_end(1, false, std::move(name));
}

void DotOutline::skip_port() {
  while (tokens_.is(":") || tokens_.is("@")) {
    tokens_.next();
    if (!tokens_.is("(")) {
      if (tokens_.kind() != Kind::kId) tokens_.fail("a port has no name");
      tokens_.next();
      continue;
    }
    while (!tokens_.is(")")) {
      if (tokens_.kind() == Kind::kEnd) tokens_.fail("a port has no end");
      tokens_.next();
    }
    tokens_.next();
  }
}

void DotOutline::skip_attributes() {
  const std::string place = tokens_.place();
  do {
    tokens_.next();
    if (tokens_.kind() == Kind::kEnd || tokens_.is("[") || tokens_.is("{") || tokens_.is("}")) {
      fail_at(place, "the list of attributes that begins here has no end");
    }
  } while (!tokens_.is("]"));
  tokens_.next();
  if (!tokens_.is("[")) end_statement();
}

void DotOutline::open_part(std::string name) {
  if (parts_.size() >= kMostDepth)
    tokens_.fail(fmt::format("subgraphs are nested more than {} levels deep", kMostDepth));
  // Boost.Graph copies what the part around has when a subgraph begins in it.
  if (!parts_.empty()) num_copies_ += parts_.back().size;
  if (num_copies_ > (std::size_t{1} << 28))
    tokens_.fail("there are too many subgraphs beside too many nodes");
  parts_.emplace_back();
  parts_.back().name = std::move(name);
  tokens_.next();
}

void DotOutline::close_part() {
  end_statement();
  Part part = std::move(parts_.back());
  parts_.pop_back();
  const bool hides = part.hides_nodes || std::ranges::any_of(part.in_edges, [&](const std::string& node) {
                       return !part.alone.contains(node);
                     });
  std::size_t size = part.size;
  bool hides_nodes = hides;
  if (!part.name.empty()) {
    Subgraph& subgraph = subgraphs_[part.name];
    size = subgraph.size = std::min(kMostSize, subgraph.size + part.size);
    hides_nodes = subgraph.hides_nodes = subgraph.hides_nodes || hides;
  }
  tokens_.next();
  add_end(size, hides_nodes, "");
}

void DotOutline::link() {
  Part& part = parts_.back();
  if (part.last_size == 0) tokens_.fail("an edge begins nowhere");
  if (tokens_.is("->") != directed_) {
    tokens_.fail(directed_ ? "an edge of a digraph is written ->" : "an edge of a graph is written --");
  }
  check_end(part.last_hides_nodes);
  if (!part.last_node.empty()) part.in_edges.insert(part.last_node);
  part.last_in_edge = part.linked = true;
  tokens_.next();
}

// Boost.Graph takes the nodes that stand alone in a subgraph, and would drop the others without a word.
void DotOutline::check_end(bool hides_nodes) const {
  if (hides_nodes)
    tokens_.fail("a subgraph at an end of this edge names nodes in edges only; name them alone, too");
}

void DotOutline::end_statement() {
  Part& part = parts_.back();
  if (part.linked) tokens_.fail("an edge ends nowhere");
  if (!part.last_node.empty() && !part.last_in_edge) part.alone.insert(part.last_node);
  part.last_size = 0;
  part.last_node.clear();
  part.last_hides_nodes = part.last_in_edge = false;
}

// A node or subgraph stands here, after an arrow or as the beginning of a statement.
void DotOutline::add_end(std::size_t size, bool hides_nodes, std::string node) {
  Part& part = parts_.back();
  part.size = std::min(kMostSize, part.size + size);
  if (part.linked) {
    check_end(hides_nodes);
    if (part.last_size > 1 || size > 1) num_edges_ += part.last_size * size;
    if (num_edges_ > (std::size_t{1} << 18) + text_.size()) {
      tokens_.fail("the edges between subgraphs up to here stand for too many edges; write each edge");
    }
    if (!node.empty()) part.in_edges.insert(node);
  } else {
    end_statement();
    part.hides_nodes = part.hides_nodes || hides_nodes;
  }
  part.last_in_edge = part.linked;
  part.linked = false;
  part.last_size = std::max<std::size_t>(size, 1);
  part.last_hides_nodes = hides_nodes;
  part.last_node = std::move(node);
}

}  // namespace plstm
