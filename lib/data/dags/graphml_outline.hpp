#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/dags/record_builder.hpp"
#include "data/files/xml_tags.hpp"

namespace plstm {

/// Walks through a GraphML document, checks the form of its graphs, and cuts them out, so that each is parsed alone. What
/// Boost.Graph would take without a word is refused here: edges to nodes that are not there, and ids that come twice.
class GraphmlOutline {
 public:
  /// `text` must outlive this object. Messages call it `name`.
  GraphmlOutline(std::string_view text, const std::string& name)
      : text_(text), name_(name), tags_(text, name) {}

  /// Goes to the next graph; false at the end. Throws FileError "<name>:<line>: ...".
  bool next();

  /// The name, place, nodes and edges of the graph, without attributes.
  RecordBuilder& graph() { return graph_; }

  /// A document with the keys and this graph alone.
  std::string document() const;

 private:
  void read_graph();
  void read_key();
  void check_key(const char* what);
  std::string required(const char* attribute) const;
  void add_edges();

  struct Edge {
    std::string source, target;
    std::int64_t line = 0;
  };

  std::string_view text_;
  const std::string& name_;
  XmlTags tags_;
  bool any_ = false;
  std::string keys_;
  std::unordered_map<std::string, std::string> key_targets_;  // what each key is for
  RecordBuilder graph_;
  std::vector<Edge> edges_;
  std::string_view graph_text_;
};

}  // namespace plstm
