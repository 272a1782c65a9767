#include <sstream>
#include <string>

#include <plstm/data/decimal.hpp>
#include <plstm/data/files/csv.hpp>

#include "fuzz/input_files.hpp"

namespace {

void read_table(const std::string& text, const plstm::CsvFormat& format) {
  std::istringstream stream(text);
  plstm::CsvReader reader(stream, "input", format);
  plstm::DecimalReader decimals(reader.delimiter());
  for (plstm::CsvRow row; reader.next(row);) {
    plstm::fuzz::read_or_refuse([&] {
      for (const std::string& field : row.fields) decimals.with_point(field);
    });
  }
  reader.column("y");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(plstm::fuzz::text_of(data, size));
  for (const char delimiter : {',', '\t', ' '}) {
    for (const bool header : {true, false}) {
      plstm::fuzz::read_or_refuse([&] { read_table(text, {delimiter, header, delimiter == ','}); });
    }
  }
  return 0;
}
