#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "data/dags/formats/dot_tokens.hpp"

namespace plstm {

/// Walks through a DOT document and cuts its graphs out, so that each is parsed alone. It finds the order of the nodes, and
/// refuses what Boost.Graph would read in another way, or would need a stack or memory without bounds for.
class DotOutline {
 public:
  /// `text` must outlive this object. Messages call it `name`.
  DotOutline(std::string_view text, const std::string& name) : text_(text), tokens_(text, name) {}

  /// Goes to the next graph; false at the end. Throws FileError "<name>:<line>: ...".
  bool next();

  /// The graph alone. A subgraph without the word "subgraph" has got it, as Boost.Graph 1.74 needs it.
  const std::string& text() const { return graph_text_; }
  const std::string& id() const { return id_; }
  const std::string& place() const { return place_; }
  bool directed() const { return directed_; }

  /// Names of nodes in the order in which they come first, perhaps with some that are no nodes.
  const std::vector<std::string>& names() const { return names_; }

 private:
  // A part in curly brackets.
  struct Part {
    std::string name;                          // of a subgraph; empty if it has none
    std::size_t size = 0;                      // at most the nodes in it
    std::unordered_set<std::string> alone;     // nodes that stand alone
    std::unordered_set<std::string> in_edges;  // nodes that stand in edges
    bool hides_nodes = false;                  // some stand in edges only
    // The end of an edge, or node, that came last in the statement.
    std::size_t last_size = 0;  // 0 if there is none
    bool last_hides_nodes = false;
    std::string last_node;  // empty if it is a subgraph
    bool last_in_edge = false;
    bool linked = false;  // an arrow follows it
  };
  struct Subgraph {
    std::size_t size = 0;
    bool hides_nodes = false;
  };

  void read_head();
  void read_parts();
  void read_word();
  void read_id();
  void skip_port();
  void skip_attributes();
  void open_part(std::string name);
  void close_part();
  void link();
  void check_end(bool hides_nodes) const;
  void end_statement();
  void add_end(std::size_t size, bool hides_nodes, std::string node);

  std::string_view text_;
  DotTokens tokens_;
  bool started_ = false;
  bool any_ = false;
  std::vector<std::size_t> bare_;  // where the word is missing
  std::string graph_text_, id_, place_;
  bool directed_ = true;
  std::vector<std::string> names_;
  std::unordered_set<std::string> known_names_;
  std::unordered_map<std::string, Subgraph> subgraphs_;
  std::vector<Part> parts_;
  std::size_t num_edges_ = 0;  // at most what the edges of subgraphs stand for
  std::size_t num_copies_ = 0;
};

}  // namespace plstm
