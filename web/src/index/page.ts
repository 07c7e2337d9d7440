import '../grammar/tools.ts';
