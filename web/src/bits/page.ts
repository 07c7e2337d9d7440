import '../grammar/tools.ts';
import './bits.ts';
