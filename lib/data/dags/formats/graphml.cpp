#include "plstm/data/dags/formats/graphml.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <istream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <boost/any.hpp>
#include <boost/graph/graphml.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

#include "data/dags/formats/graphml_outline.hpp"
#include "data/dags/record_builder.hpp"
#include "data/files/fail_at.hpp"
#include "data/files/text_source.hpp"

namespace plstm {

namespace {

double whole_number(const std::string& text) {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw FileError(fmt::format("{} is no whole number of 64 bits", in_quotes(text)));
  }
  const auto number = static_cast<double>(whole);
  constexpr double kBeyond = 9223372036854775808.0;  // 2^63
  if (number == kBeyond || static_cast<std::int64_t>(number) != whole) {
    throw FileError(fmt::format("{} has more digits than a number of this program; declare a string", text));
  }
  return number;
}

AttributeValue value_of(const std::string& text, const std::string& type) {
  if (type == "string") return text;
  if (type == "boolean") {
    if (text == "true" || text == "True" || text == "1") return "true";
    if (text == "false" || text == "False" || text == "0") return "false";
    throw FileError(fmt::format("{} is neither true nor false", in_quotes(text)));
  }
  const bool whole = type == "int" || type == "long";
  if (!whole && type != "float" && type != "double") {
    throw FileError(
        fmt::format("{} is no type, expected boolean, int, long, float, double or string", in_quotes(type)));
  }
  if (text.empty() || text == "nan" || text == "NaN") return {};
  return whole ? whole_number(text) : parse_double(text);
}

// Takes attributes of a piece from Boost.Graph. Nodes and edges come in the order of the document, which the outline knows.
class AttributeReceiver : public boost::mutate_graph {
 public:
  using Kind = GraphmlOutline::Piece::Kind;

  AttributeReceiver(RecordBuilder& builder, const GraphmlOutline::Piece& piece)
      : builder_(builder), kind_(piece.kind), node_(piece.first), edge_(piece.first) {}

  bool is_directed() const override { return builder_.head.directed; }
  // In a piece of edges, their ends count as new nodes.
  boost::any do_add_vertex() override { return node_++; }
  std::pair<boost::any, bool> do_add_edge(boost::any, boost::any) override { return {edge_++, true}; }

  void set_graph_property(const std::string& name, const std::string& value,
                          const std::string& type) override {
    if (kind_ == Kind::kGraph) set(builder_.graph, 1, 0, name, value, type);
  }
  void set_vertex_property(const std::string& name, boost::any node, const std::string& value,
                           const std::string& type) override {
    if (kind_ != Kind::kNodes) return;
    set(builder_.nodes, builder_.num_nodes(), boost::any_cast<std::size_t>(node), name, value, type);
  }
  void set_edge_property(const std::string& name, boost::any edge, const std::string& value,
                         const std::string& type) override {
    if (kind_ != Kind::kEdges) return;
    set(builder_.edges, builder_.head.edges.size(), boost::any_cast<std::size_t>(edge), name, value, type);
  }

  // The number that the next node or edge would have.
  std::size_t end() const { return kind_ == Kind::kNodes ? node_ : kind_ == Kind::kEdges ? edge_ : 0; }

 private:
  static void set(AttributeTable& table, std::size_t things, std::size_t thing, const std::string& name,
                  const std::string& text, const std::string& type) {
    if (name.empty() || thing >= things) return;  // a drawing; see read_attributes
    try {
      table.replace(thing, name, value_of(text, type.empty() ? "string" : type));
    } catch (const FileError& error) {
      throw FileError(fmt::format("attribute {}: {}", in_quotes(name), error.what()));
    }
  }

  RecordBuilder& builder_;
  Kind kind_;
  std::size_t node_;
  std::size_t edge_;
};

void read_attributes(GraphmlOutline& outline) {
  RecordBuilder& builder = outline.graph();
  std::size_t nodes = 0, edges = 0;
  for (const GraphmlOutline::Piece& piece : outline.pieces()) {
    AttributeReceiver receiver(builder, piece);
    std::istringstream document(outline.document(piece));
    boost::read_graphml(document, receiver, 0);
    if (piece.kind == GraphmlOutline::Piece::Kind::kNodes) nodes = receiver.end();
    if (piece.kind == GraphmlOutline::Piece::Kind::kEdges) edges = receiver.end();
  }
  if (nodes != builder.num_nodes() || edges != builder.head.edges.size()) {
    throw FileError("Boost.Graph reads other nodes or edges than the document has");
  }
}

// networkx has the name of a graph among its attributes.
void use_name_attribute(GraphRecord& record) {
  const auto found = std::ranges::find(record.graph_attributes, "name", &AttributeColumn::name);
  if (found == record.graph_attributes.end()) return;
  const auto* name = std::get_if<std::string>(&found->values.front());
  if (name == nullptr) return;
  record.name = *name;
  record.graph_attributes.erase(found);
}

}  // namespace

void read_graphml(std::istream& stream, const std::string& name, const GraphTaker& take) {
  const std::string text = read_document(stream, name);
  if (text.find('\0') != std::string::npos)
    fail_at(name, "has a zero byte, which XML in UTF-8 has not; convert it");
  for (GraphmlOutline outline(text, name); outline.next();) {
    try {
      read_attributes(outline);
    } catch (const std::exception& error) {
      const GraphRecord& head = outline.graph().head;
      fail_at(head.place, fmt::format("graph {}: {}", in_quotes(head.name), error.what()));
    }
    GraphRecord record = outline.graph().take();
    use_name_attribute(record);
    take(std::move(record));
  }
}

}  // namespace plstm
