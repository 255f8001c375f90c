#include "transfer/archive.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>
#include <zstd.h>

#include "base/error.hpp"
#include "transfer/input_file.hpp"

namespace notes::transfer {
namespace {

constexpr std::uint32_t kSkippableFrame = 0x184D2A50;  // RFC 8878 §3.1.2
constexpr std::string_view kMark = "notesBK1";
constexpr std::size_t kFrameHead = 8;  // the frame's magic number and its size
/// Behind the manifest, still in the frame: the size of the manifest, and the mark.
constexpr std::size_t kTail = 4 + kMark.size();
constexpr std::size_t kMaxManifest = std::size_t{64} << 20;
constexpr std::size_t kBlock = std::size_t{1} << 17;

std::string little_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>(static_cast<unsigned char>(number >> shift));
  return bytes;
}

std::uint32_t from_little_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t at = 4; at-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at]);
  return number;
}

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
  }
  std::string digits() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state_, hash.data());
    std::string text(2 * hash.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    text.pop_back();
    return text;
  }

 private:
  crypto_hash_sha256_state state_{};
};

}  // namespace

struct ArchiveWriter::State {
  explicit State(std::filesystem::path to)
      : path(std::move(to)), temporary(path.string() + ".partial-XXXXXX") {
    descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (descriptor < 0) fail();
    ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_checksumFlag, 1);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (descriptor >= 0) ::close(descriptor);
    if (!finished) ::unlink(temporary.c_str());
  }

  [[noreturn]] void fail() const {
    throw Error(ErrorCode::unreachable, fmt::format("{}: the backup cannot be written: {}",
                                                    path.string(), std::strerror(errno)));
  }

  void put(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void compress(std::string_view payload, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{payload.data(), payload.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{block.data(), block.size(), 0};
      const auto left = ZSTD_compressStream2(compressor.get(), &out, &in, directive);
      if (ZSTD_isError(left) != 0) throw Error(ErrorCode::internal, ZSTD_getErrorName(left));
      const std::string_view compressed(block.data(), out.pos);
      put(compressed);
      checksum.add(compressed);
      payload_bytes += compressed.size();
      if (directive == ZSTD_e_end ? left == 0 : in.pos == in.size) return;
    }
  }

  std::filesystem::path path;
  std::string temporary;
  int descriptor = -1;
  bool finished = false;
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> compressor{ZSTD_createCCtx(),
                                                                  &ZSTD_freeCCtx};
  std::vector<char> block = std::vector<char>(kBlock);
  Sha256 checksum;
  std::uint64_t payload_bytes = 0;
};

ArchiveWriter::ArchiveWriter(std::filesystem::path path)
    : state_(std::make_unique<State>(std::move(path))) {}
ArchiveWriter::~ArchiveWriter() = default;

void ArchiveWriter::write(std::string_view payload) { state_->compress(payload, ZSTD_e_continue); }

Manifest ArchiveWriter::finish(Manifest manifest) {
  auto& state = *state_;
  state.compress("", ZSTD_e_end);
  manifest.payload_bytes = state.payload_bytes;
  manifest.sha256 = state.checksum.digits();
  const auto json = to_json(manifest);
  const auto size = static_cast<std::uint32_t>(json.size());
  state.put(little_endian(kSkippableFrame) +
            little_endian(size + static_cast<std::uint32_t>(kTail)) + json + little_endian(size));
  state.put(kMark);
  if (::fsync(state.descriptor) != 0) state.fail();
  if (::rename(state.temporary.c_str(), state.path.c_str()) != 0) state.fail();
  state.finished = true;
  const auto folder = std::filesystem::absolute(state.path).parent_path();
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && ::fsync(directory) == 0;
  if (directory >= 0) ::close(directory);
  if (!synced) state.fail();
  return manifest;
}

struct ArchiveReader::State {
  explicit State(const std::filesystem::path& path) : file(path) { manifest = read_manifest(); }

  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(ErrorCode::malformed, fmt::format("{}: {}", file.path().string(), what));
  }

  Manifest read_manifest() const {
    constexpr auto kWhat = "is no backup of this tool, or was cut off";
    if (file.size() < kFrameHead + kTail) refuse(kWhat);
    const auto tail = file.read_at(file.size() - kTail, kTail);
    if (tail.size() != kTail || tail.substr(4) != kMark) refuse(kWhat);
    const std::uint64_t size = from_little_endian(tail);
    if (size > kMaxManifest || size + kFrameHead + kTail > file.size()) refuse(kWhat);
    const auto begin = file.size() - kTail - size;
    const auto head = file.read_at(begin - kFrameHead, kFrameHead);
    if (from_little_endian(head) != kSkippableFrame ||
        from_little_endian(std::string_view(head).substr(4)) != size + kTail)
      refuse(kWhat);
    auto found = parse_manifest(file.read_at(begin, static_cast<std::size_t>(size)));
    if (found.payload_bytes != begin - kFrameHead) refuse("its size is not the manifest's");
    return found;
  }

  /// The compressed payload, block by block.
  void each_block(const std::function<void(std::string_view)>& take) const {
    for (std::uint64_t at = 0; at < manifest.payload_bytes;) {
      const auto want = std::min<std::uint64_t>(kBlock, manifest.payload_bytes - at);
      const auto block = file.read_at(at, static_cast<std::size_t>(want));
      if (block.size() != want) refuse("became shorter while it was read");
      take(block);
      at += want;
    }
  }

  InputFile file;
  Manifest manifest;
};

ArchiveReader::ArchiveReader(const std::filesystem::path& path)
    : state_(std::make_unique<State>(path)) {}
ArchiveReader::~ArchiveReader() = default;

const Manifest& ArchiveReader::manifest() const { return state_->manifest; }

void ArchiveReader::verify() {
  Sha256 checksum;
  state_->each_block([&](std::string_view block) { checksum.add(block); });
  if (checksum.digits() != state_->manifest.sha256)
    state_->refuse("the checksum is not the manifest's: the file is damaged");
}

void ArchiveReader::read(const std::function<void(std::string_view)>& take) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> decompressor(ZSTD_createDCtx(),
                                                                          &ZSTD_freeDCtx);
  std::vector<char> block(kBlock);
  std::size_t missing = 0;
  state_->each_block([&](std::string_view compressed) {
    ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
    bool full = false;
    while (in.pos < in.size || full) {
      ZSTD_outBuffer out{block.data(), block.size(), 0};
      missing = ZSTD_decompressStream(decompressor.get(), &out, &in);
      if (ZSTD_isError(missing) != 0) state_->refuse(ZSTD_getErrorName(missing));
      full = out.pos == out.size && missing != 0;
      take({block.data(), out.pos});
    }
  });
  if (missing != 0) state_->refuse("the payload ends too early");
}

}  // namespace notes::transfer
