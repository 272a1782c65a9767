#include "plstm/data/dags/formats/aiger.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "data/dags/formats/aiger_file.hpp"
#include "data/files/text_source.hpp"

namespace plstm {

namespace {

// Makes the nodes and edges of a circuit.
class Circuit {
 public:
  Circuit(const AigerFile& file, std::string_view text, const std::string& name)
      : file_(file), text_(text), name_(name), node_of_(file.most_variable + 1, -1) {
    for (const AigerSymbol& symbol : file.symbols) {
      if (!symbol.name.empty() && names_.emplace(symbol.name).second) {
        symbols_.emplace(std::pair(symbol.kind, symbol.number), symbol.name);
      }
    }
  }

  GraphRecord make() {
    add_sources();
    for (const AigerGate& gate : file_.gates)
      define(gate.output, add_node('g', gate.output.variable(), "and"));
    for (const AigerGate& gate : file_.gates) {
      add_edge(gate.first, node_of_[gate.output.variable()]);
      add_edge(gate.second, node_of_[gate.output.variable()]);
    }
    add_sinks(file_.outputs, 'o', "output");
    add_sinks(file_.bad, 'b', "bad");
    add_sinks(file_.constraints, 'c', "constraint");
    std::vector<AigerLiteral> next;
    for (const AigerLatch& latch : file_.latches) next.push_back(latch.next);
    add_sinks(next, 'n', "next");

    record_.place = name_;
    if (record_.num_nodes > 0) record_.node_attributes.push_back({"kind", std::move(kinds_)});
    if (!file_.latches.empty()) {
      resets_.resize(record_.node_names.size());
      record_.node_attributes.push_back({"reset", std::move(resets_)});
    }
    if (!record_.edges.empty()) record_.edge_attributes.push_back({"inverted", std::move(inverted_)});
    return std::move(record_);
  }

 private:
  std::string name_of(char kind, std::uint64_t number) {
    if (const auto symbol = symbols_.find({kind, number}); symbol != symbols_.end()) {
      return std::string(symbol->second);
    }
    std::string name = kind == 'f' ? std::string("false") : kind + std::to_string(number);
    while (names_.contains(name)) name += '\'';
    return name;
  }

  NodeId add_node(char kind, std::uint64_t number, const char* word) {
    record_.node_names.push_back(name_of(kind, number));
    kinds_.emplace_back(std::string(word));
    return record_.num_nodes++;
  }

  void define(const AigerLiteral& literal, NodeId node) {
    if (std::exchange(node_of_[literal.variable()], node) >= 0) {
      fail_in_aiger(text_, name_, literal.position,
                    fmt::format("literal {} is defined for the second time", literal.value));
    }
  }

  bool uses_constant() const {
    const auto constant = [](const AigerLiteral& literal) { return literal.variable() == 0; };
    return std::ranges::any_of(file_.outputs, constant) || std::ranges::any_of(file_.bad, constant) ||
           std::ranges::any_of(file_.constraints, constant) ||
           std::ranges::any_of(file_.latches, constant, &AigerLatch::next) ||
           std::ranges::any_of(file_.gates, constant, &AigerGate::first) ||
           std::ranges::any_of(file_.gates, constant, &AigerGate::second);
  }

  void add_sources() {
    if (uses_constant()) node_of_[0] = add_node('f', 0, "constant");
    for (std::size_t i = 0; i < file_.inputs.size(); ++i) define(file_.inputs[i], add_node('i', i, "input"));
    resets_.resize(record_.node_names.size());
    for (std::size_t i = 0; i < file_.latches.size(); ++i) {
      define(file_.latches[i].output, add_node('l', i, "latch"));
      resets_.emplace_back();
      if (file_.latches[i].reset) resets_.back() = *file_.latches[i].reset;
    }
  }

  void add_sinks(const std::vector<AigerLiteral>& literals, char kind, const char* word) {
    for (std::size_t i = 0; i < literals.size(); ++i) add_edge(literals[i], add_node(kind, i, word));
  }

  void add_edge(const AigerLiteral& literal, NodeId head) {
    const NodeId tail = node_of_[literal.variable()];
    if (tail < 0) {
      fail_in_aiger(text_, name_, literal.position,
                    fmt::format("no input, latch or gate defines literal {}", literal.value));
    }
    record_.edges.push_back({tail, head});
    inverted_.emplace_back(static_cast<double>(literal.value % 2));
  }

  const AigerFile& file_;
  std::string_view text_;
  const std::string& name_;
  std::vector<NodeId> node_of_;            // by variable
  std::unordered_set<std::string> names_;  // symbols
  std::map<std::pair<char, std::uint64_t>, std::string_view> symbols_;
  std::vector<AttributeValue> kinds_, resets_, inverted_;
  GraphRecord record_;
};

}  // namespace

GraphRecord read_aiger(std::istream& stream, const std::string& name) {
  const std::string text = read_document(stream, name);
  const AigerFile file = parse_aiger(text, name);
  return Circuit(file, text, name).make();
}

}  // namespace plstm
