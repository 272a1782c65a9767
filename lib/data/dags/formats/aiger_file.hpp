#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plstm {

/// A literal of a file: twice the number of its variable, plus 1 if it is inverted.
struct AigerLiteral {
  std::uint64_t value = 0;
  std::size_t position = 0;  // in the text, for messages

  std::uint64_t variable() const { return value / 2; }
};

struct AigerGate {
  AigerLiteral output, first, second;
};

struct AigerLatch {
  AigerLiteral output, next;
  std::optional<double> reset;
};

struct AigerSymbol {
  char kind = 'i';  // i, l, o, b, c: of an input, latch, output, bad state or constraint
  std::size_t number = 0;
  std::string_view name;
};

/// What stands in an AIGER file. Literals are at most 2 * most_variable + 1.
struct AigerFile {
  std::uint64_t most_variable = 0;
  std::vector<AigerLiteral> inputs, outputs, bad, constraints;
  std::vector<AigerLatch> latches;
  std::vector<AigerGate> gates;
  std::vector<AigerSymbol> symbols;  // views into the text
};

/// Throws FileError "<name>:<line>: ...". The text must outlive the file.
AigerFile parse_aiger(std::string_view text, const std::string& name);

/// Throws FileError at the line of that position.
[[noreturn]] void fail_in_aiger(std::string_view text, const std::string& name, std::size_t position,
                                const std::string& problem);

}  // namespace plstm
