#include "plstm/learn/pretraining/pretraining_set.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/parallel.hpp>

#include "core/files/json_text.hpp"
#include "learn/json_object.hpp"
#include "learn/pretraining/block_codec.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kMagic = "PLSTMPS1";
constexpr std::uint64_t kMostHeaderBytes = 1 << 24;
constexpr std::int32_t kMostCodes = 256;

[[noreturn]] void fail(const fs::path& path, std::string_view what) {
  throw FileError(fmt::format("{}: {}", path.string(), what));
}

template <class T>
void put(std::ostream& stream, T value) {
  std::array<char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
  stream.write(bytes.data(), bytes.size());
}

template <class T>
bool get(std::istream& stream, T& value) {
  std::array<unsigned char, sizeof(T)> bytes{};
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), bytes.size())) return false;
  value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= static_cast<T>(bytes[i]) << (8 * i);
  return true;
}

constexpr const char* kDigest = "sha256";  // of the header without it; blocks have checksums of their own

std::string to_json(const PretrainingHeader& header) {
  Json json{{"target_names", header.target_names},
            {"mean", header.mean},
            {"scale", header.scale},
            {"node_vocabulary_sizes", header.node_vocabulary_sizes},
            {"edge_vocabulary_sizes", header.edge_vocabulary_sizes},
            {"featurizer", header.featurizer},
            {"source", header.source}};
  json[kDigest] = sha256_of(json_text(json));
  return json_text(json);
}

PretrainingHeader from_json(const std::string& text) {
  Json json = parse_object(text);
  if (const auto digest = json.find(kDigest); digest != json.end()) {  // files of before have none
    const Json said = *digest;
    json.erase(digest);
    if (said != sha256_of(json_text(json))) throw FileError("its description does not match its digest");
  }
  PretrainingHeader header;
  take_entry(json, "target_names", header.target_names);
  take_entry(json, "mean", header.mean);
  take_entry(json, "scale", header.scale);
  take_entry(json, "node_vocabulary_sizes", header.node_vocabulary_sizes);
  take_entry(json, "edge_vocabulary_sizes", header.edge_vocabulary_sizes);
  take_entry(json, "featurizer", header.featurizer);
  header.source = json.value("source", "");
  return header;
}

void check_header(const PretrainingHeader& header) {
  const std::size_t columns = header.target_names.size();
  if (columns == 0 || header.mean.size() != columns || header.scale.size() != columns) {
    throw ShapeError(
        "pretraining set: mean and scale must have an entry for each target, and there must be one");
  }
  for (std::size_t k = 0; k < columns; ++k) {
    if (!std::isfinite(header.mean[k]) || !std::isfinite(header.scale[k]) || header.scale[k] <= 0) {
      throw ShapeError(
          fmt::format("pretraining set: target '{}' has mean {} and scale {}, expected numbers and "
                      "a positive scale",
                      header.target_names[k], header.mean[k], header.scale[k]));
    }
  }
  if (header.node_vocabulary_sizes.empty()) throw ShapeError("pretraining set: the nodes have no codes");
  for (const auto* sizes : {&header.node_vocabulary_sizes, &header.edge_vocabulary_sizes}) {
    for (const std::int32_t size : *sizes) {
      if (size < 1 || size > kMostCodes) {
        throw ShapeError(
            fmt::format("pretraining set: a vocabulary has {} codes, expected 1 to {}", size, kMostCodes));
      }
    }
  }
}

PretrainingHeader read_header(std::istream& stream, const fs::path& path) {
  std::array<char, kMagic.size()> magic{};
  std::uint64_t size = 0;
  if (!stream.read(magic.data(), magic.size()) || std::string_view(magic.data(), magic.size()) != kMagic ||
      !get(stream, size) || size > kMostHeaderBytes) {
    fail(path, "no pretraining set of this version of plstm; plstm-mol pretrain writes one");
  }
  std::string text(size, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(size)))
    fail(path, "the pretraining set is cut off");
  try {
    PretrainingHeader header = from_json(text);
    check_header(header);
    return header;
  } catch (const std::exception& error) {
    fail(path, fmt::format("the pretraining set is damaged: {}", error.what()));
  }
}

// Where a block lies, and what came before its end.
struct BlockPlace {
  std::uint64_t offset = 0;  // of its packed bytes
  std::uint32_t bytes = 0;
  std::uint32_t graphs = 0;
};

struct Blocks {
  std::vector<BlockPlace> places;
  std::int64_t graphs = 0;
  std::int64_t rows_read = 0;
  // Behind the last block of the last whole call of add(), and the graphs up to there: a writer goes on from there. The
  // blocks of a call that was broken off are left out, since their rows are read again.
  std::uint64_t end = 0;
  std::int64_t graphs_before_end = 0;
  bool finished = false;
};

// The whole blocks that follow; bytes behind them are none.
Blocks find_blocks(std::istream& stream, std::uint64_t file_size) {
  Blocks blocks;
  blocks.end = static_cast<std::uint64_t>(stream.tellg());
  for (;;) {
    BlockPlace place;
    std::uint64_t rows = 0;
    if (!get(stream, place.graphs) || !get(stream, place.bytes) || !get(stream, rows)) break;
    place.offset = static_cast<std::uint64_t>(stream.tellg());
    if (place.graphs > kBlockGraphs || place.bytes > file_size - place.offset) break;
    if (place.graphs == 0) {
      blocks.finished = place.bytes == 0 && place.offset == file_size;
      break;
    }
    if (!stream.seekg(static_cast<std::streamoff>(place.offset + place.bytes))) break;
    blocks.places.push_back(place);
    blocks.graphs += place.graphs;
    if (static_cast<std::int64_t>(rows) <= blocks.rows_read) continue;  // not the last one of its call
    blocks.rows_read = static_cast<std::int64_t>(rows);
    blocks.end = place.offset + place.bytes;
    blocks.graphs_before_end = blocks.graphs;
  }
  stream.clear();
  return blocks;
}

fs::path unfinished(const fs::path& path) {
  return path.string() + ".unfinished";
}

}  // namespace

void measure_targets(std::span<const float> values, PretrainingHeader& header) {
  const std::size_t columns = header.target_names.size();
  if (columns == 0 || values.size() % columns != 0) {
    throw ShapeError(
        fmt::format("measure_targets: {} values do not fill rows of {}", values.size(), columns));
  }
  header.mean.assign(columns, 0);
  header.scale.assign(columns, 1);
  for (std::size_t k = 0; k < columns; ++k) {
    double count = 0, mean = 0, squares = 0;  // Welford's sums: no digits are lost to a large mean
    for (std::size_t i = k; i < values.size(); i += columns) {
      if (std::isnan(values[i])) continue;
      const double distance = static_cast<double>(values[i]) - mean;
      mean += distance / ++count;
      squares += distance * (static_cast<double>(values[i]) - mean);
    }
    header.mean[k] = mean;
    const double deviation = count > 0 ? std::sqrt(squares / count) : 0;
    if (deviation > 1e-8 * std::max(1.0, std::abs(mean))) header.scale[k] = deviation;
  }
}

struct PretrainingWriter::Impl {
  fs::path path;
  PretrainingHeader header;
  std::fstream file;
  std::int64_t rows_read = 0, graphs = 0;

  void check() {
    if (!file) fail(unfinished(path), "cannot be written; is the disk full?");
  }
};

PretrainingWriter::PretrainingWriter(const fs::path& path, const PretrainingHeader& header, bool resume)
    : impl_(std::make_unique<Impl>()) {
  check_header(header);
  impl_->path = path;
  impl_->header = header;
  const fs::path file = unfinished(path);
  std::error_code error;
  if (resume && fs::exists(file, error)) {
    std::ifstream old(file, std::ios::binary);
    if (read_header(old, file) != header) {
      fail(file,
           "an unfinished pretraining set with other targets or scales; remove it or start without --resume");
    }
    const Blocks blocks = find_blocks(old, fs::file_size(file));
    old.close();
    fs::resize_file(file, blocks.end, error);  // without what a killed writer left half written
    impl_->file.open(file, std::ios::binary | std::ios::in | std::ios::out | std::ios::ate);
    if (error || !impl_->file) fail(file, "cannot be written");
    impl_->rows_read = blocks.rows_read;
    impl_->graphs = blocks.graphs_before_end;
    return;
  }
  impl_->file.open(file, std::ios::binary | std::ios::out | std::ios::trunc);
  if (!impl_->file) fail(file, "cannot be written");
  const std::string text = to_json(header);
  impl_->file.write(kMagic.data(), kMagic.size());
  put(impl_->file, static_cast<std::uint64_t>(text.size()));
  impl_->file.write(text.data(), static_cast<std::streamsize>(text.size()));
  impl_->file.flush();
  impl_->check();
}

PretrainingWriter::~PretrainingWriter() = default;
PretrainingWriter::PretrainingWriter(PretrainingWriter&&) noexcept = default;
PretrainingWriter& PretrainingWriter::operator=(PretrainingWriter&&) noexcept = default;

std::int64_t PretrainingWriter::rows_read() const noexcept {
  return impl_->rows_read;
}

std::int64_t PretrainingWriter::num_graphs() const noexcept {
  return impl_->graphs;
}

void PretrainingWriter::add(std::span<const AttributedGraph> graphs, std::span<const float> values,
                            std::int64_t rows_read) {
  const std::size_t columns = impl_->header.target_names.size();
  if (values.size() != graphs.size() * columns) {
    throw ShapeError(fmt::format("PretrainingWriter: {} values for {} graphs with {} targets each",
                                 values.size(), graphs.size(), columns));
  }
  constexpr auto kSize = static_cast<std::size_t>(kBlockGraphs);
  std::vector<std::vector<std::byte>> packed((graphs.size() + kSize - 1) / kSize);
  const auto count_of = [&](std::size_t block) { return std::min(kSize, graphs.size() - block * kSize); };
  parallel_for(packed.size(), 1, [&](std::size_t block) {
    const std::size_t first = block * kSize, count = count_of(block);
    packed[block] = pack_block(impl_->header, graphs.subspan(first, count),
                               values.subspan(first * columns, count * columns));
  });
  for (std::size_t block = 0; block < packed.size(); ++block) {
    // The number of rows grows with the last block of a call: find_blocks() knows whole calls by it.
    const bool last = block + 1 == packed.size();
    put(impl_->file, static_cast<std::uint32_t>(count_of(block)));
    put(impl_->file, static_cast<std::uint32_t>(packed[block].size()));
    put(impl_->file, static_cast<std::uint64_t>(last ? rows_read : impl_->rows_read));
    impl_->file.write(reinterpret_cast<const char*>(packed[block].data()),
                      static_cast<std::streamsize>(packed[block].size()));
  }
  impl_->file.flush();
  impl_->check();
  impl_->rows_read = rows_read;
  impl_->graphs += static_cast<std::int64_t>(graphs.size());
}

void PretrainingWriter::finish() {
  put(impl_->file, std::uint32_t{0});
  put(impl_->file, std::uint32_t{0});
  put(impl_->file, static_cast<std::uint64_t>(impl_->rows_read));
  impl_->file.close();
  impl_->check();
  std::error_code error;
  fs::rename(unfinished(impl_->path), impl_->path, error);
  if (error) fail(impl_->path, fmt::format("cannot be written: {}", error.message()));
}

PretrainingHeader read_unfinished_header(const fs::path& path) {
  const fs::path file = unfinished(path);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(file, "there is no unfinished pretraining set to go on with");
  return read_header(stream, file);
}

struct PretrainingSet::Impl {
  fs::path path;
  PretrainingHeader header;
  Blocks blocks;
};

PretrainingSet::PretrainingSet(const fs::path& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(path, "cannot be read");
  impl_->header = read_header(stream, path);
  impl_->blocks = find_blocks(stream, fs::file_size(path));
  if (!impl_->blocks.finished) fail(path, "the pretraining set is cut off");
}

PretrainingSet::~PretrainingSet() = default;
PretrainingSet::PretrainingSet(PretrainingSet&&) noexcept = default;
PretrainingSet& PretrainingSet::operator=(PretrainingSet&&) noexcept = default;

const PretrainingHeader& PretrainingSet::header() const noexcept {
  return impl_->header;
}

std::int64_t PretrainingSet::num_graphs() const noexcept {
  return impl_->blocks.graphs;
}

std::int32_t PretrainingSet::num_blocks() const noexcept {
  return static_cast<std::int32_t>(impl_->blocks.places.size());
}

std::int32_t PretrainingSet::graphs_in(std::int32_t block) const {
  return static_cast<std::int32_t>(impl_->blocks.places[static_cast<std::size_t>(block)].graphs);
}

PretrainingBlock PretrainingSet::read(std::int32_t block) const {
  const BlockPlace& place = impl_->blocks.places[static_cast<std::size_t>(block)];
  std::ifstream stream(impl_->path, std::ios::binary);
  std::vector<std::byte> packed(place.bytes);
  if (!stream.seekg(static_cast<std::streamoff>(place.offset)) ||
      !stream.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(packed.size()))) {
    fail(impl_->path, "cannot be read");
  }
  try {
    return unpack_block(impl_->header, packed, place.graphs);
  } catch (const FileError& error) {
    fail(impl_->path, fmt::format("block {} of {}: {}", block, num_blocks(), error.what()));
  }
}

}  // namespace plstm
