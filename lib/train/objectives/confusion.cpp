#include "plstm/train/objectives/confusion.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

std::size_t place(const Confusion& confusion, Index label, Index chosen) {
  for (const Index each : {label, chosen}) {
    if (each < 0 || each >= confusion.classes()) {
      throw ConfigError(
          fmt::format("Confusion: there is no class {}, expected 0..{}", each, confusion.classes() - 1));
    }
  }
  return static_cast<std::size_t>(label * confusion.classes() + chosen);
}

bool has_two_classes(const Confusion& confusion) {
  Index occurring = 0;
  for (Index c = 0; c < confusion.classes(); ++c) occurring += confusion.of_label(c) > 0 ? 1 : 0;
  return occurring >= 2;
}

double f1_of(const Confusion& confusion, Index c) {
  return 2 * confusion(c, c) / (confusion.of_label(c) + confusion.of_chosen(c));
}

// A label as a class; -1 for what is none.
Index class_of(double label) {
  return label >= 0 && label <= 1e6 && std::floor(label) == label ? static_cast<Index>(label) : -1;
}

}  // namespace

Confusion::Confusion(Index classes) : classes_(classes) {
  if (classes < 2) throw ConfigError(fmt::format("Confusion: {} classes, expected 2 or more", classes));
  counts_.resize(static_cast<std::size_t>(classes * classes));
}

void Confusion::add(Index label, Index chosen, double count) {
  counts_[place(*this, label, chosen)] += count;
}

double Confusion::operator()(Index label, Index chosen) const {
  return counts_[place(*this, label, chosen)];
}

double Confusion::of_label(Index label) const {
  double sum = 0;
  for (Index c = 0; c < classes_; ++c) sum += (*this)(label, c);
  return sum;
}

double Confusion::of_chosen(Index chosen) const {
  double sum = 0;
  for (Index c = 0; c < classes_; ++c) sum += (*this)(c, chosen);
  return sum;
}

double Confusion::right() const {
  double sum = 0;
  for (Index c = 0; c < classes_; ++c) sum += (*this)(c, c);
  return sum;
}

double Confusion::rows() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

Confusion binary_confusion(std::span<const double> scores, std::span<const double> labels, double threshold) {
  check_size("binary_confusion", "scores", std::ssize(scores), std::ssize(labels));
  Confusion confusion(2);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    confusion.add(labels[i] > 0.5 ? 1 : 0, scores[i] > threshold ? 1 : 0);
  }
  return confusion;
}

Confusion class_confusion(const ConstMatrixMap<double>& logits, std::span<const double> labels) {
  check_size("class_confusion", "logits", logits.rows(), std::ssize(labels));
  Confusion confusion(logits.cols());
  const std::span<const double> all(logits.data(), static_cast<std::size_t>(logits.size()));
  const auto classes = static_cast<std::size_t>(logits.cols());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto values = all.subspan(row * classes, classes);
    confusion.add(class_of(labels[row]), std::ranges::max_element(values) - values.begin());
  }
  return confusion;
}

std::optional<double> balanced_accuracy(const Confusion& confusion) {
  if (!has_two_classes(confusion)) return std::nullopt;
  double sum = 0, occurring = 0;
  for (Index c = 0; c < confusion.classes(); ++c) {
    const double rows = confusion.of_label(c);
    if (rows == 0) continue;
    sum += confusion(c, c) / rows;
    occurring += 1;
  }
  return sum / occurring;
}

std::optional<double> f1(const Confusion& confusion) {
  if (confusion.classes() == 2) {
    if (confusion.of_label(1) == 0) return std::nullopt;
    return f1_of(confusion, 1);
  }
  double sum = 0, seen = 0;
  for (Index c = 0; c < confusion.classes(); ++c) {
    if (confusion.of_label(c) + confusion.of_chosen(c) == 0) continue;
    sum += f1_of(confusion, c);
    seen += 1;
  }
  if (seen == 0) return std::nullopt;
  return sum / seen;
}

std::optional<double> mcc(const Confusion& confusion) {
  if (!has_two_classes(confusion)) return std::nullopt;
  const double rows = confusion.rows();
  double both = confusion.right() * rows, labels = rows * rows, choices = rows * rows;
  for (Index c = 0; c < confusion.classes(); ++c) {
    const double label = confusion.of_label(c), chosen = confusion.of_chosen(c);
    both -= label * chosen;
    labels -= label * label;
    choices -= chosen * chosen;
  }
  return choices > 0 ? both / std::sqrt(labels * choices) : 0;
}

}  // namespace plstm
