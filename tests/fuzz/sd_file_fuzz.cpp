#include <sstream>
#include <string>

#include <plstm/data/sd_file.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plstm::fuzz::read_or_refuse([&] {
    std::istringstream stream{std::string(plstm::fuzz::text_of(data, size))};
    plstm::SdReader reader(stream, "input");
    for (plstm::SdRecord record; reader.next(record);) {
      record.title();
      record.property("y");
      record.property_problem("y");
    }
  });
  return 0;
}
