#include <plstm/train/files/safetensors.hpp>
#include <plstm/train/files/trainer_state_file.hpp>

#include "fuzz/input_files.hpp"
#include "train/files/content_digest.hpp"

// A digest in the file finds nearly every change. With a new digest the input reaches what is behind that check.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plstm;
  const auto path = fuzz::input_folder().write("input.safetensors", fuzz::text_of(data, size));
  fuzz::read_or_refuse([&] { load_trainer_state(path); });
  fuzz::read_or_refuse([&] {
    TensorFile file = read_safetensors(path);
    add_digest(file);
    write_safetensors(path, file);
    load_trainer_state(path);
  });
  return 0;
}
