import '../grammar/tools.ts';
import './paths.ts';
