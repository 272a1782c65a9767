#include <plstm/learn/run_record.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plstm::fuzz::read_or_refuse(
      [&] { plstm::to_json(plstm::parse_run_record(plstm::fuzz::text_of(data, size))); });
  return 0;
}
