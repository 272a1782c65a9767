#include <istream>
#include <string>

#include <plstm/data/files/input_file.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = plstm::fuzz::input_folder().write("input.gz", plstm::fuzz::text_of(data, size));
  plstm::fuzz::read_or_refuse([&] {
    plstm::InputFile file(path);
    // Few bytes may unpack to many: the first MiB is enough.
    std::string block(1 << 16, '\0');
    for (int i = 0; i < 16 && file.stream().read(block.data(), 1 << 16); ++i) {
    }
  });
  return 0;
}
