import Foundation

/// The system's python3-yaml: another reader and writer of YAML.
enum PythonYAML {
  struct Failure: Error { var status: Int32 }

  struct Sample: Decodable {
    var yaml: String
    /// As `YAMLNode.canonical` writes it.
    var tree: String
  }

  static let isThere = (try? run("import yaml", [])) != nil

  /// Random trees as Python writes them, in block and flow style, every style of string among them.
  static func samples(_ count: Int, seed: UInt64) throws -> [Sample] {
    try JSONDecoder().decode([Sample].self, from: try run(script, ["\(count)", "\(seed)"]))
  }

  private static let script = #"""
    import json, random, re, struct, sys, yaml
    rnd = random.Random(int(sys.argv[2]))
    number = re.compile(r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+')
    words = ['no', 'on', 'yes', 'true', 'null', '~', '', '- a', 'a: b', '#', '1', '1.5', '010', '0o17', '1e5', '.5', '=',
             '<<', '*a', '&a', '!a', '%', '@', '`', '|', '>', "'", '"', '\\', '{', '[', ', ', '? ', 'é', '\U0001F600',
             '\x07', '\0', '\x85', '\u2028', 'ami-0123456789abcdef0', '2026-01-19', '10.0.0.0/8', '1:20', 'two words', ' ',
             '\n', '\t', '\r', 'a\n b\n', '\n\nx', '---', '...']

    class Writer(yaml.SafeDumper):
        def ignore_aliases(self, data): return True

    def string(dumper, text):
        # What is a number by YAML 1.2 and none by 1.1, Python would leave without quotes.
        style = '"' if number.fullmatch(text) else rnd.choice([None, None, "'", '"', '|', '>'])
        return dumper.represent_scalar('tag:yaml.org,2002:str', text, style=style)
    Writer.add_representer(str, string)

    def text(): return ''.join(rnd.choice(words) for _ in range(rnd.randint(0, 3)))
    def tree(depth):
        kind = rnd.randint(0, 7 if depth else 4)
        if kind == 0: return None
        if kind == 1: return rnd.random() < 0.5
        if kind == 2: return rnd.randint(-2**53, 2**53)
        if kind == 3: return rnd.choice([rnd.gauss(0, 1), rnd.random() * 1e30, 1e-300, float('inf'), -0.0])
        if kind == 4: return text()
        if kind == 5: return [tree(depth - 1) for _ in range(rnd.randint(0, 4))]
        return {text() + str(i): tree(depth - 1) for i in range(rnd.randint(0, 4))}
    def canonical(v):
        if v is None: return 'null'
        if isinstance(v, bool): return str(v).lower()
        if isinstance(v, (int, float)): return 'n' + struct.pack('>d', float(v)).hex()
        if isinstance(v, str): return 's' + v.encode().hex()
        if isinstance(v, list): return '[' + ','.join(map(canonical, v)) + ']'
        return '{' + ','.join(canonical(k) + ':' + canonical(x) for k, x in v.items()) + '}'

    samples = []
    while len(samples) < int(sys.argv[1]):
        value = tree(4)
        out = yaml.dump(value, Dumper=Writer, sort_keys=False, default_flow_style=rnd.choice([True, False, None]),
                        width=rnd.choice([20, 80, 1000]), indent=rnd.choice([2, 4, 7]), allow_unicode=rnd.random() < 0.5,
                        explicit_start=rnd.random() < 0.3, explicit_end=rnd.random() < 0.3)
        # Some strings Python itself writes in a style that does not keep them.
        try:
            if canonical(yaml.safe_load(out)) != canonical(value): continue
        except yaml.YAMLError: continue
        samples.append({'yaml': out, 'tree': canonical(value)})
    json.dump(samples, sys.stdout)
    """#

  private static func run(_ script: String, _ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return data
  }
}
