#include "data/dags/formats/aiger_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

class AigerParser {
 public:
  AigerParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  AigerFile parse() {
    read_header();
    const auto [inputs, latches, outputs, gates, bad, constraints] = counts_;
    for (std::uint64_t i = 0; i < inputs; ++i) {
      file_.inputs.push_back(binary_ ? AigerLiteral{2 * (i + 1), 0} : read_definition("an input"));
    }
    for (std::uint64_t i = 0; i < latches; ++i) read_latch(2 * (inputs + i + 1));
    read_uses(outputs, "an output", file_.outputs);
    read_uses(bad, "a bad state", file_.bad);
    read_uses(constraints, "a constraint", file_.constraints);
    for (std::uint64_t i = 0; i < gates; ++i) {
      if (binary_) {
        read_binary_gate(2 * (inputs + latches + i + 1), i);
      } else {
        read_gate();
      }
    }
    read_symbols();
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::size_t position, const std::string& problem) const {
    fail_in_aiger(text_, name_, position, problem);
  }

  std::string_view take_line(const char* what) {
    if (position_ >= text_.size()) {
      fail(text_.size(), fmt::format("the file ends where {} should stand; it may be cut off", what));
    }
    begin_ = position_;
    const std::size_t end = std::min(text_.find('\n', position_), text_.size());
    position_ = std::min(end + 1, text_.size());
    std::string_view line = text_.substr(begin_, end - begin_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  // The numbers of a line, separated by one blank each.
  std::vector<std::uint64_t> parse_numbers(std::string_view line, std::size_t least, std::size_t most,
                                           const char* what) const {
    std::vector<std::uint64_t> numbers;
    const char* at = line.data();
    const char* const end = at + line.size();
    while (true) {
      std::uint64_t number = 0;
      const auto [stop, error] = std::from_chars(at, end, number);
      if (error != std::errc() || (stop != end && *stop != ' ')) {
        fail(begin_, fmt::format("{} is no list of whole numbers that says {}", in_quotes(line), what));
      }
      numbers.push_back(number);
      if (stop == end) break;
      at = stop + 1;
    }
    if (numbers.size() < least || numbers.size() > most) {
      fail(
          begin_,
          fmt::format("{} has {} numbers, expected {} to say {}", in_quotes(line), numbers.size(),
                      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most), what));
    }
    return numbers;
  }

  void read_header() {
    const std::string_view line = take_line("the header");
    binary_ = line.starts_with("aig ");
    if (!binary_ && !line.starts_with("aag ")) {
      fail(0, "is no AIGER file: it does not begin with 'aag M I L O A' or 'aig M I L O A'");
    }
    std::vector<std::uint64_t> numbers = parse_numbers(line.substr(4), 5, 9, "M I L O A [B C J F]");
    numbers.resize(9);
    if (numbers[7] + numbers[8] > 0) fail(0, "has justice or fairness properties, which are not read");
    counts_ = {numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]};
    // Memory is taken for variables before they are read, as inputs of binary files and unused variables take no bytes.
    const std::uint64_t most = 65536 + 16 * static_cast<std::uint64_t>(text_.size());
    if (std::ranges::any_of(numbers, [&](std::uint64_t number) { return number > most; })) {
      fail(0, fmt::format("the header {} promises more than a file of {} bytes can hold", in_quotes(line),
                          text_.size()));
    }
    // Nodes and edges have 32-bit numbers, and a gate has two edges.
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (std::ranges::any_of(numbers, [](std::uint64_t number) { return number > kMost / 8; })) {
      fail(0, fmt::format("the header {} names too many of one kind; at most {} are read", in_quotes(line),
                          kMost / 8));
    }
    file_.most_variable = numbers[0];
    const std::uint64_t defined = numbers[1] + numbers[2] + numbers[4];
    if (binary_ ? defined != numbers[0] : defined > numbers[0]) {
      fail(0, fmt::format("the header {} names {} variables for {} inputs, latches and gates",
                          in_quotes(line), numbers[0], defined));
    }
  }

  AigerLiteral literal(std::uint64_t value) const {
    if (value / 2 > file_.most_variable) {
      fail(begin_, fmt::format("literal {} is beyond {}, the largest by the header", value,
                               2 * file_.most_variable + 1));
    }
    return {value, begin_};
  }

  AigerLiteral definition(std::uint64_t value, const char* what) const {
    if (value < 2 || value % 2 != 0) {
      fail(begin_, fmt::format("literal {} cannot be {}, which has an even number from 2", value, what));
    }
    return literal(value);
  }

  AigerLiteral read_definition(const char* what) {
    const std::string_view line = take_line(what);
    return definition(parse_numbers(line, 1, 1, what).front(), what);
  }

  void read_uses(std::uint64_t count, const char* what, std::vector<AigerLiteral>& literals) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string_view line = take_line(what);
      literals.push_back(literal(parse_numbers(line, 1, 1, what).front()));
    }
  }

  void read_latch(std::uint64_t binary_output) {
    const std::string_view line = take_line("a latch");
    std::vector<std::uint64_t> numbers =
        parse_numbers(line, binary_ ? 1 : 2, binary_ ? 2 : 3, "a latch, its next value and its reset");
    if (binary_) numbers.insert(numbers.begin(), binary_output);
    AigerLatch latch{definition(numbers[0], "a latch"), literal(numbers[1]), 0.0};
    if (numbers.size() > 2) {
      if (numbers[2] > 1 && numbers[2] != numbers[0]) {
        fail(begin_, fmt::format("a latch is reset to 0, 1 or itself, not to {}", numbers[2]));
      }
      latch.reset = static_cast<double>(numbers[2]);
      if (numbers[2] > 1) latch.reset.reset();
    }
    file_.latches.push_back(latch);
  }

  void read_gate() {
    const std::string_view line = take_line("a gate");
    const auto numbers = parse_numbers(line, 3, 3, "a gate and its two inputs");
    file_.gates.push_back({definition(numbers[0], "a gate"), literal(numbers[1]), literal(numbers[2])});
  }

  // 7 bits a byte, low bits first; the highest bit says that more follow.
  std::uint64_t read_difference(std::uint64_t gate) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (position_ >= text_.size()) break;
      const auto byte = static_cast<unsigned char>(text_[position_++]);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    fail_at(name_, fmt::format("gate {} of {} has no end; the file may be cut off", gate + 1, counts_[3]));
  }

  void read_binary_gate(std::uint64_t output, std::uint64_t gate) {
    const std::uint64_t to_first = read_difference(gate);
    const std::uint64_t to_second = read_difference(gate);
    if (to_first == 0 || to_first > output || to_second > output - to_first) {
      fail_at(name_, fmt::format("gate {} of {}, literal {}, has the differences {} and {}, which lead to no "
                                 "earlier literals",
                                 gate + 1, counts_[3], output, to_first, to_second));
    }
    const std::uint64_t first = output - to_first;
    file_.gates.push_back({{output, position_}, {first, position_}, {first - to_second, position_}});
  }

  void read_symbols() {
    while (position_ < text_.size()) {
      const std::string_view line = take_line("a symbol");
      if (line == "c") return;  // comments follow
      AigerSymbol symbol{line.empty() ? '\0' : line.front(), 0, {}};
      const std::size_t kind = std::string_view("iloabc").find(symbol.kind);
      const char* const end = line.data() + line.size();
      const char* stop = end;
      std::errc error = std::errc::invalid_argument;
      if (line.size() > 1) {
        const auto result = std::from_chars(line.data() + 1, end, symbol.number);
        stop = result.ptr;
        error = result.ec;
      }
      if (kind == std::string_view::npos || symbol.kind == 'a' || error != std::errc() || stop == end ||
          *stop != ' ') {
        fail(begin_, fmt::format("{} is no symbol such as 'i0 name' or 'o0 name', and no 'c' before comments",
                                 in_quotes(line)));
      }
      if (symbol.number >= counts_[kind]) {
        fail(begin_, fmt::format("{} names number {} of {}", in_quotes(line), symbol.number, counts_[kind]));
      }
      symbol.name = std::string_view(stop + 1, end);
      file_.symbols.push_back(symbol);
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;  // of the line that was taken last
  bool binary_ = false;
  std::array<std::uint64_t, 6> counts_{};  // of inputs, latches, outputs, gates, bad states, constraints
  AigerFile file_;
};

}  // namespace

AigerFile parse_aiger(std::string_view text, const std::string& name) {
  return AigerParser(text, name).parse();
}

void fail_in_aiger(std::string_view text, const std::string& name, std::size_t position,
                   const std::string& problem) {
  const auto lines = std::ranges::count(text.substr(0, position), '\n');
  fail_at(fmt::format("{}:{}", name, lines + 1), problem);
}

}  // namespace plstm
