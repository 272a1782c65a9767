// The library's matrix product on the shapes that the paper's model has for a shard of molecules, on one
// thread.
#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>

#include "benchmarks.hpp"

namespace plstm::bench {
namespace {

constexpr Index kRows = 256;  // nodes, or edges, of eight molecules

struct Shape {
  Index out, in;
};

MatrixView<float> view(Matrix<float>& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), matrix.cols()};
}
MatrixView<const float> read(const Matrix<float>& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), matrix.cols()};
}

// The three products of a linear map y = x W^T.
struct LinearMap {
  Matrix<float> x, weight, y;

  explicit LinearMap(Shape shape)
      : x(Matrix<float>::Constant(kRows, shape.in, 0.5f)),
        weight(Matrix<float>::Constant(shape.out, shape.in, 0.5f)),
        y(Matrix<float>::Constant(kRows, shape.out, 0.5f)) {}

  void forward() {
    multiply<float>(read(x), Transpose::kNo, read(weight), Transpose::kYes, view(y), Store::kReplace);
  }
  void input_gradient() {
    multiply<float>(read(y), Transpose::kNo, read(weight), Transpose::kNo, view(x), Store::kReplace);
  }
  void weight_gradient() {
    multiply<float>(read(y), Transpose::kYes, read(x), Transpose::kNo, view(weight), Store::kReplace);
  }
};

void add_product(const Workload& workload, Shape shape, const std::string& name,
                 void (LinearMap::*product)()) {
  const std::string size = std::to_string(shape.in) + "_to_" + std::to_string(shape.out);
  add_benchmark("product/" + name + "/" + size, [&workload, shape, product](benchmark::State& state) {
    LinearMap map(shape);
    const double seconds = time_iterations(state, [&] { (map.*product)(); });
    // The peak is measured on all threads.
    count_multiply_adds(state, workload, static_cast<double>(kRows * shape.in * shape.out),
                        seconds / num_threads());
  });
}

}  // namespace

void register_products(const Workload& workload) {
  for (const Shape shape : {Shape{96, 96}, Shape{384, 96}, Shape{96, 384}, Shape{4, 96}}) {
    add_product(workload, shape, "forward", &LinearMap::forward);
    add_product(workload, shape, "input_gradient", &LinearMap::input_gradient);
    add_product(workload, shape, "weight_gradient", &LinearMap::weight_gradient);
  }
}

}  // namespace plstm::bench
