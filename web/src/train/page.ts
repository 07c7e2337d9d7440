import '../grammar/tools.ts';
import './train.ts';
