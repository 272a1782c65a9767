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

/// Walks through a GraphML document, checks the form of its graphs, and cuts them into pieces that are parsed one by one.
/// What Boost.Graph would take without a word is refused here: edges to nodes that are not there, and ids that come twice.
class GraphmlOutline {
 public:
  /// Some nodes of the graph, or some edges, or its own data.
  struct Piece {
    enum class Kind { kGraph, kNodes, kEdges };
    Kind kind = Kind::kGraph;
    std::size_t first = 0;  // the number of the first node or edge
    std::string text;       // elements
  };

  /// `text` must outlive this object. Messages call it `name`.
  GraphmlOutline(std::string_view text, const std::string& name)
      : text_(text), name_(name), tags_(text, name) {}

  /// Goes to the next graph; false at the end. Throws FileError "<name>:<line>: ...".
  bool next();

  /// The name, place, nodes and edges of the graph, without attributes.
  RecordBuilder& graph() { return graph_; }

  /// Together they have all elements of the graph. Boost.Graph needs memory of about fifty times the text of a piece.
  const std::vector<Piece>& pieces() const { return pieces_; }

  /// A document with the keys and a graph of this piece alone.
  std::string document(const Piece& piece) const;

 private:
  struct Edge {
    std::string source, target;
    std::int64_t line = 0;
  };

  void read_key();
  void read_graph();
  void read_element(std::size_t depth);
  void add_node();
  void add_edge();
  void check_key(const char* what);
  void connect_edges();
  Piece& piece_of(Piece::Kind kind, std::size_t number);
  std::string required(const char* attribute) const;

  std::string_view text_;
  const std::string& name_;
  XmlTags tags_;
  bool any_ = false;
  std::string keys_;
  std::unordered_map<std::string, std::string> key_targets_;  // what each key is for
  RecordBuilder graph_;
  std::vector<Edge> edges_;
  std::vector<Piece> pieces_;
};

}  // namespace plstm
