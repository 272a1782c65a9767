#include <string>
#include <vector>

#include <plstm/data/labels.hpp>
#include <plstm/data/number.hpp>
#include <plstm/data/targets.hpp>

#include "fuzz/input_files.hpp"

namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

}  // namespace

// The lines are the fields of one column: numbers, or labels.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using plstm::fuzz::read_or_refuse;
  const std::vector<std::string> texts = lines_of(plstm::fuzz::text_of(data, size));
  plstm::Targets targets;
  targets.names = {"y"};
  for (const std::string& text : texts) {
    read_or_refuse([&] { plstm::parse_double(text); });
    read_or_refuse([&] { plstm::parse_float(text); });
    read_or_refuse([&] { append_row(targets, std::span(&text, 1)); });
  }
  check_targets(targets);
  for (const plstm::LabelKind kind : {plstm::LabelKind::kYesNo, plstm::LabelKind::kClasses}) {
    read_or_refuse([&] {
      const plstm::LabelMap map = plstm::infer_labels(texts, "y", kind);
      map.note();
      for (const std::string& text : texts) map.class_of(text);
    });
  }
  return 0;
}
