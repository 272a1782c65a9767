#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/safetensors.hpp>

#include "support/temporary_folder.hpp"

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A path of this test's own, in the folder for temporary files; the file goes with it.
class TemporaryFile {
 public:
  TemporaryFile() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(::testing::TempDir()) /
            (std::string("plstm_") + test->test_suite_name() + "_" + test->name() + ".safetensors");
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  std::string bytes() const {
    std::ifstream stream(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  TensorFile read(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return read_safetensors(path_);
  }

 private:
  std::filesystem::path path_;
};

/// Length, header as it is, data of `data_size` zeros.
std::string file_of(const std::string& header, std::size_t data_size) {
  const std::uint64_t size = header.size();
  std::string bytes(sizeof(size), '\0');
  std::memcpy(bytes.data(), &size, sizeof(size));
  return bytes + header + std::string(data_size, '\0');
}

TensorFile small_file() {
  return {{make_tensor<float>("weight", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}),
           make_tensor<double>("b", {1}, std::vector<double>{0.1}), make_tensor<float>("none", {0, 7}, {}),
           make_tensor<std::int64_t>("step", {}, std::vector<std::int64_t>{-3})},
          {{"kind", "edge \"quoted\" \xC3\xA9"}, {"", ""}}};
}

TEST(Safetensors, BytesByHand) {
  const TemporaryFile file;
  write_safetensors(file.path(), {{make_tensor<float>("a", {2}, std::vector<float>{1, -2})}, {{"k", "v"}}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  std::string expected = file_of(header + std::string((8 - header.size() % 8) % 8, ' '), 0);
  expected += std::string("\x00\x00\x80\x3F\x00\x00\x00\xC0", 8);
  EXPECT_EQ(file.bytes(), expected);
}

TEST(Safetensors, RoundTripPutsWideTypesFirst) {
  const TemporaryFile file;
  const TensorFile written = small_file();
  write_safetensors(file.path(), written);
  const TensorFile read = read_safetensors(file.path());
  EXPECT_EQ(read.metadata, written.metadata);
  ASSERT_EQ(read.tensors.size(), 4u);
  for (const Tensor& tensor : written.tensors)
    EXPECT_EQ(find_tensor(read, tensor.name), tensor) << tensor.name;
  EXPECT_EQ(read.tensors[0].name, "b");
  EXPECT_EQ(read.tensors[1].name, "step");
  EXPECT_THAT(tensor_values<std::int64_t>(find_tensor(read, "step")), ElementsAre(-3));

  const std::string bytes = file.bytes();
  write_safetensors(file.path(), written);
  EXPECT_EQ(file.bytes(), bytes) << "equal contents give equal bytes";
}

TEST(Safetensors, EmptyFileOfTensors) {
  const TemporaryFile file;
  write_safetensors(file.path(), {});
  EXPECT_EQ(file.bytes(), file_of("{}      ", 0));
  EXPECT_EQ(read_safetensors(file.path()), TensorFile{});
}

RC_GTEST_PROP(Safetensors, AnyTensorsComeBack, ()) {
  const TemporaryFile file;
  TensorFile written;
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    const auto shape = *rc::gen::container<std::vector<std::int64_t>>(*rc::gen::inRange(0, 4),
                                                                      rc::gen::inRange<std::int64_t>(0, 4));
    std::size_t size = 1;
    for (const std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
    const auto values = *rc::gen::container<std::vector<double>>(size, rc::gen::arbitrary<double>());
    const std::string name = *rc::gen::string<std::string>() + std::to_string(i);
    // Text of bytes above 127 is not UTF-8 in general; see the rejected names.
    if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) > 127; }))
      continue;
    if (*rc::gen::arbitrary<bool>()) {
      written.tensors.push_back(make_tensor<double>(name, shape, values));
    } else {
      const std::vector<float> singles(values.begin(), values.end());
      written.tensors.push_back(make_tensor<float>(name, shape, singles));
    }
  }
  write_safetensors(file.path(), written);
  const TensorFile read = read_safetensors(file.path());
  RC_ASSERT(read.tensors.size() == written.tensors.size());
  for (const Tensor& tensor : written.tensors) RC_ASSERT(find_tensor(read, tensor.name) == tensor);
}

TEST(Safetensors, EveryTruncationIsReported) {
  const TemporaryFile file;
  write_safetensors(file.path(), small_file());
  const std::string bytes = file.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(file.read(bytes.substr(0, size)), FileError) << size << " of " << bytes.size() << " bytes";
  }
  EXPECT_THROW(file.read(bytes + "x"), FileError) << "one byte too many";
}

TEST(Safetensors, EveryChangedByteOfTheHeaderIsReportedOrHarmless) {
  const TemporaryFile file;
  write_safetensors(file.path(), small_file());
  const std::string bytes = file.bytes();
  const TensorFile original = read_safetensors(file.path());
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  int rejected = 0;
  for (std::size_t i = 0; i < 8 + header_size; ++i) {
    for (const int mask : {0x01, 1 << (i % 8), 0xFF}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ mask);
      try {
        // What is still valid differs in a name, a text or the order of equal offsets at most.
        const TensorFile read = file.read(changed);
        ASSERT_EQ(read.tensors.size(), original.tensors.size()) << "byte " << i << " mask " << mask;
        std::size_t total = 0;
        for (const Tensor& tensor : read.tensors) total += tensor.bytes.size();
        EXPECT_EQ(total, bytes.size() - 8 - header_size) << "byte " << i << " mask " << mask;
        const TensorFile again = [&] {
          write_safetensors(file.path(), read);
          return read_safetensors(file.path());
        }();
        EXPECT_EQ(again.metadata, read.metadata);
        for (const Tensor& tensor : read.tensors) EXPECT_EQ(find_tensor(again, tensor.name), tensor);
      } catch (const FileError& error) {
        EXPECT_THAT(error.what(), HasSubstr(file.path().string()));
        ++rejected;
      }
    }
  }
  EXPECT_GT(rejected, 500);
}

TEST(Safetensors, SaysWhatIsWrong) {
  const TemporaryFile file;
  const auto expect = [&](const std::string& header, std::size_t data_size, const std::string& message) {
    EXPECT_THAT([&] { file.read(file_of(header, data_size)); },
                ThrowsMessage<FileError>(AllOf(HasSubstr(file.path().string()), HasSubstr(message))))
        << header;
  };
  const auto tensor = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  const std::string one = R"({"a":)" + tensor("F32", "[1]", "[0,4]");
  expect("", 0, "does not begin with '{'");
  expect("[]", 0, "does not begin with '{'");
  expect(std::string("{}\0garbage", 10), 0, "zero byte");
  expect("{} x", 0, "not JSON");
  expect(R"({"a":)", 0, "not JSON");
  expect("{\"\xFF\":1}", 0, "not JSON");
  expect(R"({"a":1})", 0, "a number where it may not stand");
  expect(R"({"a":null})", 0, "null where it may not stand");
  expect(R"({"a":true})", 0, "a boolean where it may not stand");
  expect(R"({"a":"b"})", 0, "text where it may not stand");
  expect(R"({"a":[]})", 0, "a list where it may not stand");
  expect(R"({"__metadata__":{"k":{}}})", 0, "an object where it may not stand");
  expect(R"({"__metadata__":{"k":1}})", 0, "a number where it may not stand");
  expect(R"({"__metadata__":{"k":"v","k":"v"}})", 0, "'k' twice");
  expect(R"({"__metadata__":{},"__metadata__":{}})", 0, "'__metadata__' twice");
  expect(one + R"(,"a":)" + tensor("F32", "[1]", "[4,8]") + "}", 8, "'a' twice");
  expect(R"({"a":{"dtype":"F32","dtype":"F32"}})", 0, "'dtype' twice in tensor 'a'");
  expect(R"({"a":{"size":"F32"}})", 0, "unknown field 'size' in tensor 'a'");
  expect(R"({"a":{"shape":[],"data_offsets":[0,4]}})", 4, "dtype is missing in tensor 'a'");
  expect(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "shape is missing in tensor 'a'");
  expect(R"({"a":{"dtype":"F32","shape":[]}})", 4, "data_offsets is missing in tensor 'a'");
  expect(R"({"a":)" + tensor("BF16", "[2]", "[0,4]") + "}", 4, "dtype BF16 in tensor 'a' is not supported");
  expect(R"({"a":)" + tensor("F32", "[-1]", "[0,4]") + "}", 4, "a negative number");
  expect(R"({"a":)" + tensor("F32", "[1.0]", "[0,4]") + "}", 4, "no integer");
  expect(R"({"a":)" + tensor("F32", "[1e0]", "[0,4]") + "}", 4, "no integer");
  expect(R"({"a":)" + tensor("F32", "[[1]]", "[0,4]") + "}", 4, "a list where it may not stand");
  expect(R"({"a":)" + tensor("F32", "1", "[0,4]") + "}", 4, "a number where it may not stand");
  expect(R"({"a":)" + tensor("F32", "[1]", "[0]") + "}", 4, "data_offsets has 1 entries");
  expect(R"({"a":)" + tensor("F32", "[1]", "[0,4,4]") + "}", 4, "data_offsets has 3 entries");
  expect(R"({"a":)" + tensor("F32", "[1]", "[0,8]") + "}", 4, "data_offsets [0, 8], but there are 4 bytes");
  expect(R"({"a":)" + tensor("F32", "[1]", "[4,0]") + "}", 4, "data_offsets [4, 0]");
  expect(R"({"a":)" + tensor("F32", "[2]", "[0,4]") + "}", 4, "has 4 bytes, its shape needs 8");
  expect(R"({"a":)" + tensor("F32", "[1]", "[4,8]") + "}", 8, "there is a hole");
  expect(one + R"(,"b":)" + tensor("F32", "[2]", "[0,8]") + "}", 8, "they overlap");
  expect(one + "}", 8, "end at byte 4 of the data, which has 8");
  expect(R"({"a":)" + tensor("F32", "[9223372036854775808]", "[0,4]") + "}", 4, "too large");
  expect(R"({"a":)" + tensor("F32", "[4611686018427387904]", "[0,0]") + "}", 0, "impossible");
  expect(R"({"a":)" + tensor("F32", "[4294967296,4294967296]", "[0,0]") + "}", 0, "impossible");
  EXPECT_NO_THROW(file.read(file_of(one + "}", 4)));
}

TEST(Safetensors, HostileSizesCostNoMemory) {
  const TemporaryFile file;
  std::string bytes(8, '\xFF');
  EXPECT_THAT([&] { file.read(bytes + "{}"); },
              ThrowsMessage<FileError>(HasSubstr("18446744073709551615 bytes")));
  // Deep nesting ends at the first bracket too many.
  EXPECT_THROW(file.read(file_of("{\"a\":" + std::string(1'000'000, '['), 0)), FileError);
  EXPECT_THROW(file.read(file_of("{" + std::string(1'000'000, '{'), 0)), FileError);
}

TEST(Safetensors, ReportsFilesThatCannotBeReadOrWritten) {
  const auto folder = std::filesystem::path(::testing::TempDir());
  EXPECT_THAT([&] { read_safetensors(folder / "plstm_no_such_file"); },
              ThrowsMessage<FileError>(AllOf(HasSubstr("plstm_no_such_file"), HasSubstr("cannot read"))));
  EXPECT_THAT([&] { read_safetensors(folder); }, ThrowsMessage<FileError>(HasSubstr("not a regular file")));
  EXPECT_THAT([] { read_safetensors("/dev/zero"); },
              ThrowsMessage<FileError>(HasSubstr("not a regular file")));
  EXPECT_THROW(write_safetensors(folder / "plstm_no_such_folder" / "file", {}), FileError);
}

TEST(Safetensors, AFifoDoesNotBlock) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "fifo.safetensors";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT([&] { read_safetensors(path); },
              ThrowsMessage<FileError>(AllOf(HasSubstr(path.string()), HasSubstr("not a regular file"))));
}

TEST(Safetensors, ValuesConvertBetweenFloatingPointTypes) {
  const Tensor tensor = make_tensor<double>("d", {2}, std::vector<double>{0.5, 0.1});
  EXPECT_THAT(tensor_values<double>(tensor), ElementsAre(0.5, 0.1));
  EXPECT_THAT(tensor_values<float>(tensor), ElementsAre(0.5F, 0.1F));
  EXPECT_THAT(tensor_values<double>(make_tensor<float>("f", {1}, std::vector<float>{0.1F})),
              ElementsAre(static_cast<double>(0.1F)));
  EXPECT_THAT([&] { tensor_values<std::int64_t>(tensor); },
              ThrowsMessage<ConfigError>("tensor 'd' has type F64, expected I64"));
  EXPECT_THROW(tensor_values<float>(make_tensor<std::int64_t>("i", {0}, {})), ConfigError);
}

TEST(Safetensors, RejectsWhatCannotBeWritten) {
  const TemporaryFile file;
  const auto write = [&](std::vector<Tensor> tensors, std::map<std::string, std::string> metadata = {}) {
    write_safetensors(file.path(), {std::move(tensors), std::move(metadata)});
  };
  const Tensor tensor = make_tensor<float>("a", {}, std::vector<float>{1});
  Tensor reserved = tensor;
  reserved.name = "__metadata__";
  Tensor broken = tensor;
  broken.bytes.pop_back();
  Tensor negative = tensor;
  negative.shape = {-1};
  Tensor latin = tensor;
  latin.name = "\xE9";
  EXPECT_THAT(
      [&] {
        write({tensor, tensor});
      },
      ThrowsMessage<ConfigError>(HasSubstr("two tensors are named 'a'")));
  EXPECT_THROW(write({reserved}), ConfigError);
  EXPECT_THROW(write({latin}), ConfigError);
  EXPECT_THROW(write({}, {{"k", "\xE9"}}), ConfigError);
  EXPECT_THAT([&] { write({broken}); }, ThrowsMessage<ShapeError>(HasSubstr("holds 3 bytes, expected 4")));
  EXPECT_THAT([&] { write({negative}); }, ThrowsMessage<ShapeError>(HasSubstr("shape [-1]")));
  EXPECT_THROW(make_tensor<float>("a", {2}, std::vector<float>{1}), ShapeError);
  EXPECT_FALSE(std::filesystem::exists(file.path())) << "nothing is left behind";
  EXPECT_THAT([] { find_tensor({}, "x"); }, ThrowsMessage<ConfigError>("there is no tensor 'x'"));
}

TEST(Safetensors, HalvesRoundToTheNearest) {
  const test::TemporaryFolder folder;
  const std::vector<float> values{0.0f, 1.0f, -2.5f, 65504.0f, 1.0f / 3, 1e-5f};
  TensorFile file;
  file.tensors.push_back(make_tensor<float>("full", {1}, std::vector<float>{7}));
  file.tensors.push_back(make_half_tensor("half", {2, 3}, values));
  file.tensors.push_back(make_tensor<double>("double", {1}, std::vector<double>{8}));
  write_safetensors(folder / "a.safetensors", file);
  const TensorFile read = read_safetensors(folder / "a.safetensors");
  EXPECT_EQ(read.tensors.front().name, "double") << "wide types first, so that all are aligned";
  EXPECT_EQ(read.tensors.back().name, "half");
  EXPECT_EQ(name(read.tensors.back().type), "F16");
  EXPECT_EQ(read.tensors.back().bytes.size(), 12u);
  const std::vector<float> halves = tensor_values<float>(read.tensors.back());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(halves[i], values[i], std::max(3e-8f, std::abs(values[i]) / 2048)) << i;
  }
  EXPECT_EQ(halves[2], -2.5f);
  EXPECT_THROW(make_half_tensor("a", {1}, std::vector<float>{1e5f}), ConfigError);
  EXPECT_THROW(make_half_tensor("a", {2}, std::vector<float>{1}), ShapeError);
}

}  // namespace
}  // namespace plstm
