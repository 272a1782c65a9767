// Runs a harness without a fuzzer:
//
//   replay <folder of inputs> <mutations of each input> [seed]
//
// An exception that is not a plstm::Error, a crash or a sanitizer's report ends it. The input lies in the file
// fuzz_input_<name of the folder> of the current folder then.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "fuzz/input_files.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<std::string> read_inputs(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const fs::path& path : paths) {
    std::ifstream stream(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// Draws from 0 to count - 1. Distributions of the standard library differ between libraries; this does not.
std::size_t draw(std::mt19937_64& random, std::size_t count) {
  return count == 0 ? 0 : random() % count;
}

void mutate(std::string& input, const std::vector<std::string>& inputs, std::mt19937_64& random) {
  // What breaks readers of numbers, quotes, brackets and lines.
  static const std::vector<std::string> kPieces{"-1",
                                                "0",
                                                "4294967296",
                                                "9223372036854775807",
                                                "-9223372036854775808",
                                                "1e999",
                                                "nan",
                                                "\"",
                                                "[",
                                                "]",
                                                "{",
                                                "}",
                                                ",",
                                                "\n",
                                                "\r",
                                                "\t",
                                                "\xff",
                                                std::string(1, '\0')};
  const std::size_t at = draw(random, input.size());
  const std::size_t length = 1 + draw(random, 8);
  switch (draw(random, 7)) {
    case 0:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << draw(random, 8)));
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(random());
      break;
    case 2:
      input.erase(at, length);
      break;
    case 3:
      input.insert(at, input.substr(draw(random, input.size()), length));
      break;
    case 4:
      input.replace(at, length, kPieces[draw(random, kPieces.size())]);
      break;
    case 5:
      input.resize(at);
      break;
    case 6: {
      const std::string& other = inputs[draw(random, inputs.size())];
      input = input.substr(0, at) + other.substr(draw(random, other.size()));
      break;
    }
  }
}

void run(const std::string& input, const fs::path& copy) {
  std::ofstream(copy, std::ios::binary) << input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: " << argv[0] << " <folder of inputs> <mutations of each input> [seed]\n";
    return 2;
  }
  const fs::path folder = argv[1];
  const fs::path copy = "fuzz_input_" + folder.filename().string();
  try {
    const std::vector<std::string> inputs = read_inputs(folder);
    if (inputs.empty()) throw std::runtime_error(folder.string() + " has no inputs");
    const int mutations = std::stoi(argv[2]);
    std::mt19937_64 random(argc > 3 ? std::stoull(argv[3]) : 1);
    for (const std::string& input : inputs) {
      run(input, copy);
      for (int i = 0; i < mutations; ++i) {
        std::string mutated = input;
        for (std::size_t j = 1 + draw(random, 4); j > 0; --j) mutate(mutated, inputs, random);
        run(mutated, copy);
      }
    }
    fs::remove(copy);
    std::cout << inputs.size() << " inputs, " << mutations << " mutations of each\n";
  } catch (const std::exception& error) {
    std::cerr << "unexpected: " << error.what() << "; the input is in " << copy << '\n';
    return 1;
  }
}
